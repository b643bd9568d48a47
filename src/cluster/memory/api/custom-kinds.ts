import type { Collection } from './collection.ts';
import { defineCustomResource, type CustomResource } from './custom-resources/index.ts';
import type { Deleter } from './deletion.ts';
import { labelsOfPaths, METADATA_LABELS } from './field-selector.ts';
import { fieldsOf, itemsOf, textOf } from './json.ts';
import { CLEANUP_FINALIZER } from './kinds/custom-resource-definitions.ts';
import type { Kind } from './kinds/kind.ts';
import { filterOf } from './selection.ts';
import type { Store } from './store.ts';
import type { RawObject, ResourceName } from './types.ts';
import { withMetadata } from './object-metadata.ts';

const DEFINITIONS = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

/** Serves the kinds that CustomResourceDefinitions define. */
export class CustomKinds {
  readonly #store: Store;
  readonly #deleter: Deleter;
  /** The specs that are in force, by the names of their definitions. */
  readonly #served = new Map<string, unknown>();

  constructor(store: Store, deleter: Deleter) {
    this.#store = store;
    this.#deleter = deleter;
  }

  /** Makes up for a write to a definition, or to an object of a kind that is defined by one. */
  follow(collection: Collection, written: RawObject): void {
    const { resource, isBuiltIn } = collection.kind;
    if (resource.plural === DEFINITIONS.plural && isBuiltIn) this.#serve(written);
    else if (!isBuiltIn && collection.size === 0) this.#serve(this.#definitionOf(resource));
  }

  #definitionOf({ group, plural }: ResourceName): RawObject | undefined {
    return this.#store.find(DEFINITIONS, { name: `${plural}.${group}` });
  }

  #serve(written: RawObject | undefined): void {
    const definition = written && this.#store.find(DEFINITIONS, written.metadata);
    if (definition === undefined) return;
    const { name, deletionTimestamp } = definition.metadata;
    if (this.#served.get(name) !== definition['spec']) {
      this.#store.addKind(customKind(defineCustomResource(definition), definition));
      this.#served.set(name, definition['spec']);
    }
    if (deletionTimestamp !== undefined) this.#cleanUp(definition);
  }

  #cleanUp(definition: RawObject): void {
    const definitions = this.#store.collection(DEFINITIONS);
    const spec = fieldsOf(definition['spec']);
    const name = { group: textOf(spec['group']), plural: textOf(fieldsOf(spec['names'])['plural']) };
    const objects = this.#store.collection(name);
    for (const object of objects.list(filterOf({}, METADATA_LABELS))) {
      if (object.metadata.deletionTimestamp === undefined) this.#deleter.delete(objects, object.metadata, {});
    }
    if (objects.size > 0) return;
    this.#store.removeKind(name);
    this.#served.delete(definition.metadata.name);
    const finalizers = definition.metadata.finalizers?.filter((each) => each !== CLEANUP_FINALIZER) ?? [];
    if (finalizers.length === 0) this.#store.remove(definitions, definition);
    else
      this.#store.put(
        definitions,
        definition,
        withMetadata(definition, { ...definition.metadata, finalizers }),
      );
  }
}

function customKind(custom: CustomResource, definition: RawObject): Kind {
  const paths = selectablePaths(definition, custom.resource.version);
  return {
    resource: custom.resource,
    isBuiltIn: false,
    countsGeneration: true,
    replacedConditionally: true,
    statusWriteKeepsMetadata: true,
    fields: custom.fields,
    fieldLabels: new Map([...METADATA_LABELS, ...labelsOfPaths(...paths)]),
    firstStatus: () => undefined,
    prepare: (object, { before, options: { fieldValidation } }) =>
      custom.prepare(object, before, fieldValidation === undefined ? {} : { fieldValidation }),
  };
}

/** Written as `.spec.color` there, and as `spec.color` in a selector. */
function selectablePaths(definition: RawObject, version: string): readonly string[] {
  const versions = itemsOf(fieldsOf(definition['spec'])['versions']).map(fieldsOf);
  const served = fieldsOf(versions.find(({ name }) => name === version));
  return itemsOf(served['selectableFields']).map((field) =>
    textOf(fieldsOf(field)['jsonPath']).replace(/^\./, ''),
  );
}

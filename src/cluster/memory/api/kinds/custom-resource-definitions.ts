import { defineCustomResource } from '../custom-resources/index.ts';
import { METADATA_LABELS } from '../field-selector.ts';
import { fieldsOf, textOf, type Json } from '../json.ts';
import { invalidValue, type FieldProblem } from '../refusals.ts';
import type { RawObject } from '../types.ts';
import { mapField, withDefaults } from './defaults.ts';
import type { KindRules } from './kind.ts';

/** With this finalizer, a definition stays until the last of its objects is gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

export const customResourceDefinitionRules: KindRules = {
  countsGeneration: true,
  fieldLabels: METADATA_LABELS,
  statusWriteKeepsMetadata: true,
  replacedConditionally: true,
  prepare: (definition, { before }) => {
    if (definition['spec'] === before?.['spec']) return definition;
    const spec = mapField(fieldsOf(definition['spec']), 'names', defaultNames);
    const filled = { ...definition, spec: withDefaults(spec, { conversion: { strategy: 'None' } }) };
    // A schema that cannot be understood is refused here, before it is stored.
    defineCustomResource(filled);
    return before?.metadata.deletionTimestamp === undefined ? withCleanup(filled) : filled;
  },
  firstStatus: firstStatus,
  validate: (definition) => nameProblems(definition),
};

function withCleanup(definition: RawObject): RawObject {
  const { metadata } = definition;
  if (metadata.finalizers?.includes(CLEANUP_FINALIZER) === true) return definition;
  return {
    ...definition,
    metadata: { ...metadata, finalizers: [...(metadata.finalizers ?? []), CLEANUP_FINALIZER] },
  };
}

function defaultNames(names: Json): Json {
  const kind = textOf(names['kind']);
  return withDefaults(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
}

function nameProblems({ metadata, ...definition }: RawObject): readonly FieldProblem[] {
  const spec = fieldsOf(definition['spec']);
  const expected = `${textOf(fieldsOf(spec['names'])['plural'])}.${textOf(spec['group'])}`;
  if (metadata.name === expected) return [];
  return [invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')];
}

/** There is nothing to wait for here: a definition is served as soon as it is there. */
function firstStatus(definition: RawObject): Json {
  const spec = fieldsOf(definition['spec']);
  const lastTransitionTime = definition.metadata.creationTimestamp;
  const versions = Array.isArray(spec['versions']) ? spec['versions'].map(fieldsOf) : [];
  return {
    acceptedNames: spec['names'],
    conditions: [
      {
        type: 'NamesAccepted',
        status: 'True',
        reason: 'NoConflicts',
        message: 'no conflicts found',
        lastTransitionTime,
      },
      {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
        lastTransitionTime,
      },
    ],
    storedVersions: versions
      .filter((version) => version['storage'] === true)
      .map((version) => version['name']),
  };
}

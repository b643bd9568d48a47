import type { ApiObject } from '../../../kubernetes/objects.ts';
import type { Clock } from '../../clock.ts';
import type { Collection } from './collection.ts';
import { recordUpdate } from './field-management.ts';
import { without } from './json.ts';
import { admitted, newObject } from './new-object.ts';
import { isOver } from './deletion-state.ts';
import type { Kind } from './kinds/kind.ts';
import { metadataProblems } from './metadata-validation.ts';
import { timestamp, withMetadata } from './object-metadata.ts';
import { alreadyExists, conflict, invalid, MODIFIED } from './refusals.ts';
import type { Store } from './store.ts';
import type { RawObject, ResourceName, WriteOptions } from './types.ts';
import { changedObject, countGeneration } from './changed-object.ts';

export interface Surroundings {
  readonly store: Store;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Whether `metadata.managedFields` says who wrote which fields of objects of a kind. */
  readonly isAccountKept: (resource: ResourceName) => boolean;
}

/** What a write makes of an object. */
export interface Change {
  /** The object as it is stored. */
  readonly before: RawObject;
  /** As the writer wants it; what is not the writer's to change is not looked at. */
  readonly wanted: RawObject;
  /** Whether `wanted` says already who wrote which of its fields, as server-side apply does. */
  readonly recorded?: boolean;
}

/** Brings objects into the form in which they are stored, and stores them. */
export class Writer {
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * @param recorded as in {@link Change}
   * @throws StatusError 404 or 403 if its namespace is not there or goes, 409 if there is one of that name, 422 if it is not valid
   */
  create(collection: Collection, object: ApiObject, options: WriteOptions, recorded = false): RawObject {
    const { kind } = collection;
    const { store } = this.#surroundings;
    const made = newObject(kind, object as RawObject, options, this.#surroundings);
    const final = admitted(kind, recorded ? made : this.#recordNew(kind, made, options), store);
    checkValid(collection, final, undefined);
    if (collection.get(final.metadata) !== undefined) throw alreadyExists(kind.resource, final.metadata.name);
    return options.dryRun === true ? final : store.put(collection, undefined, final);
  }

  /**
   * @returns the object as it is stored now: the same one if nothing was changed
   * @throws StatusError 409 if `wanted` is made from another version of the object, 422 if it is not valid
   */
  replace(collection: Collection, change: Change, options: WriteOptions): RawObject {
    const { store } = this.#surroundings;
    const { before } = change;
    checkVersion(collection, change);
    const changed = changedObject(collection.kind, change, { options, store });
    if (changed === before) return before;
    const counted = countGeneration(collection.kind, before, changed);
    checkValid(collection, counted, before);
    const final =
      change.recorded === true ? counted : this.#record(collection.kind, { before, after: counted }, options);
    if (options.dryRun === true) return final;
    // The last finalizer was removed: this was the last write.
    if (isOver(before, final)) {
      store.remove(collection, before);
      return final;
    }
    return store.put(collection, before, final);
  }

  /** A status that a creator sends along is not the creator's. */
  #recordNew(kind: Kind, object: RawObject, options: WriteOptions): RawObject {
    const after = kind.resource.hasStatus ? without(object, 'status') : object;
    const { metadata } = this.#record(kind, { before: undefined, after }, options);
    return withMetadata(object, metadata);
  }

  #record(
    { resource, fields }: Kind,
    written: { readonly before: RawObject | undefined; readonly after: RawObject },
    { fieldManager: manager, subresource }: WriteOptions,
  ): RawObject {
    if (!this.#surroundings.isAccountKept(resource)) return written.after;
    return recordUpdate({
      ...written,
      manager,
      time: timestamp(this.#surroundings.clock.now()),
      ...(subresource === undefined ? {} : { subresource }),
      ...(fields === undefined ? {} : { fields }),
    });
  }
}

function checkVersion({ kind: { resource } }: Collection, { before, wanted }: Change): void {
  const { resourceVersion } = wanted.metadata;
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') return;
  if (resourceVersion !== before.metadata.resourceVersion)
    throw conflict(resource, before.metadata.name, MODIFIED);
}

function checkValid({ kind }: Collection, object: RawObject, before: RawObject | undefined): void {
  const problems = [...(kind.validate?.(object, before) ?? []), ...metadataProblems(kind, object, before)];
  if (problems.length > 0) throw invalid(kind.resource, object.metadata.name, problems);
}

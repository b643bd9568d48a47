import { shareStructure, without } from './json.ts';
import type { Kind } from './kinds/kind.ts';
import { normalizeMetadata, withoutZeroValues } from './normalize.ts';
import { keepSystemFields, withMetadata, type Metadata } from './object-metadata.ts';
import type { Store } from './store.ts';
import type { RawObject, WriteOptions } from './types.ts';
import type { Change } from './writer.ts';

/**
 * What an object becomes by a write: with what the write may change taken from the writer, and all else as it was.
 *
 * @returns `before` itself if nothing is changed
 */
export function changedObject(
  kind: Kind,
  change: Change,
  { options, store }: { readonly options: WriteOptions; readonly store: Store },
): RawObject {
  const { before } = change;
  const combined = combine(kind, change, options);
  const find = store.find.bind(store);
  const prepared = kind.prepare?.(combined, { before, options, find }) ?? combined;
  return shareStructure(before, kind.isBuiltIn ? withoutZeroValues(prepared, before) : prepared);
}

/** Counts a change of what is wanted of the object: of anything but its metadata, and its status where that is written apart. */
export function countGeneration(kind: Kind, before: RawObject, after: RawObject): RawObject {
  if (kind.countsGeneration !== true) return after;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  names.delete('metadata');
  if (kind.resource.hasStatus) names.delete('status');
  if ([...names].every((name) => before[name] === after[name])) return after;
  return withMetadata(after, { ...after.metadata, generation: (before.metadata.generation ?? 0) + 1 });
}

function combine(kind: Kind, change: Change, { subresource }: WriteOptions): RawObject {
  const { before, wanted } = change;
  const { apiVersion, kind: name } = before;
  const metadata = metadataOf(change);
  if (subresource === 'status') {
    const kept = kind.statusWriteKeepsMetadata === true ? keptMetadata(before.metadata, metadata) : metadata;
    return withStatusOf(wanted, { ...before, metadata: kept });
  }
  const whole = { ...wanted, apiVersion, kind: name, metadata };
  return kind.resource.hasStatus ? withStatusOf(before, whole) : whole;
}

function metadataOf({ before, wanted, recorded }: Change): Metadata {
  const old: Metadata = before.metadata;
  const metadata = normalizeMetadata(keepSystemFields(old, wanted.metadata), old);
  // Who says nothing of who owns what leaves it as it is.
  const { managedFields } = old;
  if (recorded === true || managedFields === undefined || metadata.managedFields !== undefined)
    return metadata;
  return { ...metadata, managedFields };
}

function keptMetadata(before: Metadata, { managedFields }: Metadata): Metadata {
  return managedFields === undefined ? before : { ...before, managedFields };
}

function withStatusOf(source: RawObject, object: RawObject): RawObject {
  const { status } = source;
  if (status === object['status']) return object;
  return status === undefined ? without(object, 'status') : { ...object, status };
}

import type { ManagedFieldsEntry } from '../../../../kubernetes/objects.ts';
import { without } from '../json.ts';
import type { RawObject } from '../types.ts';
import { difference, type FieldSet } from './field-set.ts';

/** What a manager wrote in one way, as `metadata.managedFields` has it. */
export interface Entry extends ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** RFC 3339, in UTC. Absent if what the manager applied has changed nothing. */
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
}

/** Who writes, in which way, and when. */
export interface Writer {
  readonly manager: string;
  readonly operation: Entry['operation'];
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time: string;
}

const NONE: readonly Entry[] = [];

/** Who owns what of an object. */
export function entriesOf(object: RawObject | undefined): readonly Entry[] {
  return (object?.metadata.managedFields as readonly Entry[] | undefined) ?? NONE;
}

/** The object with these entries; the object itself if they are the ones it has. */
export function withEntries(object: RawObject, entries: readonly Entry[]): RawObject {
  if (entriesOf(object) === entries) return object;
  if (entries.length === 0) return { ...object, metadata: without(object.metadata, 'managedFields') };
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}

/** Whether an entry is the writer's own. Which version something was applied in does not tell appliers apart. */
export function isOwn(entry: Entry, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    entry.subresource === writer.subresource &&
    (entry.operation === 'Apply' || entry.apiVersion === writer.apiVersion)
  );
}

/** The writer's entry with these fields. */
export function entry(writer: Writer, fieldsV1: FieldSet, time: string | undefined): Entry {
  const { manager, operation, apiVersion, subresource } = writer;
  return {
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** The entries without these fields, and without those that then have none; the same ones if nobody has any of them. */
export function disowned(entries: readonly Entry[], fields: FieldSet | undefined): readonly Entry[] {
  if (fields === undefined) return entries;
  let changed = false;
  const left: Entry[] = [];
  for (const each of entries) {
    const fieldsV1 = difference(each.fieldsV1, fields);
    if (fieldsV1 === each.fieldsV1) left.push(each);
    else {
      changed = true;
      if (fieldsV1 !== undefined) left.push({ ...each, fieldsV1 });
    }
  }
  return changed ? left : entries;
}

/** In the order in which a real API server lists them: what was applied, then what was updated, the latest last. */
export function sorted(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted(
    (a, b) =>
      compareText(a.operation, b.operation) ||
      compareText(a.time ?? '', b.time ?? '') ||
      compareText(a.manager, b.manager) ||
      compareText(a.apiVersion, b.apiVersion) ||
      compareText(a.subresource ?? '', b.subresource ?? ''),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

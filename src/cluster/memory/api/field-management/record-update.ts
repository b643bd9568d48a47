import type { ApiObject } from '../../../../kubernetes/objects.ts';
import { fieldsOfGroup, type FieldSchema } from '../list-keys.ts';
import type { RawObject } from '../types.ts';
import { compareObjects, type Difference } from './compare.ts';
import {
  disowned,
  entriesOf,
  entry,
  isOwn,
  sorted,
  withEntries,
  type Entry,
  type Writer,
} from './entries.ts';
import { difference, union } from './field-set.ts';

export interface Update {
  /** Absent: it is created. */
  readonly before: RawObject | undefined;
  readonly after: RawObject;
  readonly manager: string;
  readonly subresource?: string;
  /** RFC 3339, in UTC. */
  readonly time: string;
  /** Which fields its kind has. Default: as its API group says. */
  readonly fields?: FieldSchema;
}

/**
 * The object as it was written, saying in `metadata.managedFields` who owns what from now on: what was added or became another value
 * belongs to this manager and to nobody else, and what is gone to nobody. An object that has lost its managed fields is not tracked.
 *
 * If `after` carries managed fields of its own, they are the ones to go on from, as when somebody edits them.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function recordUpdate(update: Update): RawObject {
  const { before, after } = update;
  const entries = entriesToGoOnFrom(before, after);
  if (before !== undefined && entries.length === 0) return withEntries(after, entries);
  const found = compareObjects(before ?? {}, after, update.fields ?? fieldsOfObject(after));
  return withEntries(after, found === undefined ? entries : updated(entries, found, writerOf(update)));
}

function writerOf({ manager, subresource, time, after: { apiVersion } }: Update): Writer {
  const writer = { manager, time, operation: 'Update', apiVersion } as const;
  return subresource === undefined ? writer : { ...writer, subresource };
}

function updated(
  entries: readonly Entry[],
  { changed, removed }: Difference,
  writer: Writer,
): readonly Entry[] {
  const others = disowned(
    entries.filter((each) => !isOwn(each, writer)),
    union(removed, changed),
  );
  const own = entries.find((each) => isOwn(each, writer));
  const fieldsV1 = union(difference(own?.fieldsV1, removed), changed);
  if (fieldsV1 === undefined) return others;
  const time = changed === undefined ? own?.time : writer.time;
  return sorted([...others, entry(writer, fieldsV1, time)]);
}

const NONE: readonly Entry[] = [];

function entriesToGoOnFrom(before: RawObject | undefined, after: RawObject): readonly Entry[] {
  const given = entriesOf(after);
  if (given.length === 0) return entriesOf(before);
  // How somebody asks for the fields not to be tracked any more.
  const isReset = given.every((each) => Object.keys(each).length === 0);
  return isReset ? NONE : given;
}

/** Which fields an object has, as far as its API group tells. */
export function fieldsOfObject({ apiVersion }: ApiObject): FieldSchema {
  const slash = apiVersion.indexOf('/');
  return fieldsOfGroup(slash < 0 ? '' : apiVersion.slice(0, slash));
}

import type { ApiObject } from '../../../../kubernetes/objects.ts';
import { without } from '../json.ts';
import type { FieldSchema } from '../list-keys.ts';
import { badRequest } from '../refusals.ts';
import type { RawObject } from '../types.ts';
import { compareObjects } from './compare.ts';
import { refuseConflicts } from './conflict.ts';
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
import { configuredFieldsOf } from './fields-of.ts';
import { isSameSet, LEAF, union, type FieldSet } from './field-set.ts';
import { mergeConfiguration } from './merge-configuration.ts';
import { prune } from './prune.ts';
import { fieldsOfObject, recordUpdate } from './record-update.ts';

export interface Application {
  /** Absent: it is created. */
  readonly live: RawObject | undefined;
  /** What is wanted, as far as the manager has an opinion. */
  readonly config: ApiObject;
  readonly manager: string;
  /** Whether fields that others own and that are to be different are taken from them. */
  readonly force: boolean;
  readonly subresource?: string;
  /** RFC 3339, in UTC. */
  readonly time: string;
  /** Whether the status is written apart from the rest, so that either part is left out of what is written to the other. Default: true. */
  readonly hasStatus?: boolean;
  /** Which fields its kind has. Default: as its API group says. */
  readonly fields?: FieldSchema;
}

/**
 * Server-side apply: the live object with the configuration merged into it, and without what the manager's last configuration named, this
 * one does not, and nobody else owns. Says in `metadata.managedFields` who owns what from now on.
 *
 * @returns `live` itself if nothing is changed, not even who owns what
 * @throws StatusError 409 if it would change what others own, 400 if the configuration has managed fields
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export function applyConfiguration(application: Application): RawObject {
  const { live, config, force, hasStatus = true, fields = fieldsOfObject(config), ...by } = application;
  if ((config.metadata.managedFields ?? []).length > 0)
    throw badRequest('metadata.managedFields must be nil');
  const writer: Writer = { ...by, operation: 'Apply', apiVersion: config.apiVersion };
  const partOf = (object: RawObject): RawObject => (hasStatus ? writtenPart(object, by.subresource) : object);
  const wanted = partOf(config as RawObject);
  const configured = configuredFieldsOf(wanted, fields);
  if (live === undefined) {
    return withEntries(wanted, configured === undefined ? [] : [entry(writer, configured, by.time)]);
  }
  const owned = entriesOf(live).length > 0 ? live : ownedBySomeone(live, partOf(live), writer, fields);
  return applyTo(owned, { wanted, configured, force, fields, writer });
}

interface Step {
  readonly wanted: RawObject;
  readonly configured: FieldSet | undefined;
  readonly force: boolean;
  readonly fields: FieldSchema;
  readonly writer: Writer;
}

function applyTo(live: RawObject, { wanted, configured, force, fields, writer }: Step): RawObject {
  const own = entriesOf(live).find((each) => isOwn(each, writer));
  const others = entriesOf(live).filter((each) => each !== own);
  const merged = mergeConfiguration(live, wanted, fields);
  const owners = [METADATA, configured ?? METADATA, ...others.map(({ fieldsV1 }) => fieldsV1)];
  const after = (own === undefined ? merged : prune(merged, own.fieldsV1, owners, fields)) as RawObject;
  const found = compareObjects(live, after, fields);
  if (!force) refuseConflicts(others, found?.changed);
  const left = disowned(others, union(found?.removed, found?.changed));
  const applied = appliedEntry(own, configured, writer, after !== live);
  if (applied === own && left === others) return withEntries(after, entriesOf(live));
  return withEntries(after, sorted(applied === undefined ? left : [...left, applied]));
}

/** What the manager owns by its last configuration; the same entry if that says nothing new. */
function appliedEntry(
  own: Entry | undefined,
  configured: FieldSet | undefined,
  writer: Writer,
  isChange: boolean,
): Entry | undefined {
  if (configured === undefined) return undefined;
  const time = isChange ? writer.time : own?.time;
  const isSame = own !== undefined && own.time === time && own.apiVersion === writer.apiVersion;
  return isSame && isSameSet(own.fieldsV1, configured) ? own : entry(writer, configured, time);
}

/** An object has a name and the like, whoever applies it. */
const METADATA: FieldSet = { 'f:metadata': LEAF };

function writtenPart(object: RawObject, subresource: string | undefined): RawObject {
  if (subresource !== 'status') return without(object, 'status');
  const { apiVersion, kind, metadata, status } = object;
  return { apiVersion, kind, metadata, ...(status === undefined ? {} : { status }) };
}

/** What nobody has been known to own belongs to everybody before the first that applies. */
function ownedBySomeone(
  live: RawObject,
  part: RawObject,
  { time, subresource }: Writer,
  fields: FieldSchema,
): RawObject {
  const { metadata } = recordUpdate({
    before: undefined,
    after: part,
    manager: 'before-first-apply',
    time,
    fields,
    ...(subresource === undefined ? {} : { subresource }),
  });
  return { ...live, metadata };
}

import { withoutZeroValues, normalizeMetadata } from './normalize.ts';
import { generateName, makeUid, timestamp, type Metadata } from './object-metadata.ts';
import type { Kind } from './kinds/kind.ts';
import { badRequest, forbidden, invalid, invalidValue, notFound } from './refusals.ts';
import { without } from './json.ts';
import { StatusError } from './status-error.ts';
import type { Store } from './store.ts';
import type { RawObject, Resource, WriteOptions } from './types.ts';
import type { Surroundings } from './writer.ts';

const NAMESPACES = { group: '', plural: 'namespaces' };

/**
 * A new object as its creator wants it: with an identity and its defaults, and nothing that only the server may say.
 *
 * @throws StatusError 400, 403 or 404
 */
export function newObject(
  kind: Kind,
  object: RawObject,
  options: WriteOptions,
  surroundings: Surroundings,
): RawObject {
  const { store } = surroundings;
  const { resource } = kind;
  checkKind(kind, object);
  const metadata = newMetadata(kind, object.metadata, surroundings);
  checkNamespace(resource, metadata, surroundings);
  const typed = { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
  // The status that is sent with a custom resource is not even looked at.
  const wanted = kind.isBuiltIn || !resource.hasStatus ? typed : without<RawObject>(typed, 'status');
  const find = store.find.bind(store);
  const prepared = kind.prepare?.(wanted, { before: undefined, options, find }) ?? wanted;
  return kind.isBuiltIn ? withoutZeroValues(prepared, undefined) : prepared;
}

/**
 * A new object as it will be stored: with what the server adds to it.
 *
 * @throws StatusError 403
 */
export function admitted(kind: Kind, object: RawObject, store: Store): RawObject {
  const complete = kind.admit?.(object, store.find.bind(store)) ?? object;
  if (!kind.resource.hasStatus || kind.firstStatus === undefined) return complete;
  const status = kind.firstStatus(complete);
  return status === undefined ? without(complete, 'status') : { ...complete, status };
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

function checkKind({ resource, isBuiltIn }: Kind, { apiVersion, kind, metadata }: RawObject): void {
  const expected = apiVersionOf(resource);
  if (apiVersion && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (!kind || kind === resource.kind) return;
  if (isBuiltIn) {
    throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`);
  }
  const problem = invalidValue('kind', kind, `must be ${resource.kind}`);
  throw invalid({ group: resource.group, kind }, metadata.name, [problem]);
}

function newMetadata(kind: Kind, given: Metadata, { clock, random }: Surroundings): Metadata {
  // The real one gives no reason.
  if (given.resourceVersion)
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  const { deletionTimestamp, deletionGracePeriodSeconds, resourceVersion, generation, ...wanted } = given;
  const name = wanted.name || (wanted.generateName ? generateName(wanted.generateName, random) : '');
  const metadata = {
    ...wanted,
    name,
    uid: makeUid(random),
    creationTimestamp: timestamp(clock.now()),
    ...(kind.countsGeneration === true ? { generation: 1 } : {}),
  };
  const { namespace, ...clusterWide } = metadata;
  return normalizeMetadata(kind.resource.namespaced ? metadata : clusterWide, undefined);
}

/** What is new may only be put where it can stay. */
function checkNamespace(resource: Resource, { name, namespace }: Metadata, { store }: Surroundings): void {
  if (!resource.namespaced) return;
  if (!namespace) throw badRequest('an empty namespace may not be set during creation');
  const found = store.find(NAMESPACES, { name: namespace });
  if (found === undefined) throw notFound(NAMESPACES, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(resource, name, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
}

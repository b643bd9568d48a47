import type { ApiObject, ObjectRef } from '../../kubernetes/objects.ts';
import { nameCall, resourceOf } from '../calls.ts';
import type {
  CallOptions,
  DeleteOptions,
  EvictOptions,
  JsonPatchOperation,
  ResourceType,
  Stored,
} from '../port.ts';
import type { Call } from './call.ts';
import { objectPath, queryString, siblingsPath } from './paths.ts';

/** The calls that change something; each function says how one is made, none makes it. */

const JSON_TYPE = 'application/json';

type Manager = { readonly fieldManager: string };

export function createCall(
  type: ResourceType<Stored>,
  object: ApiObject,
  { fieldManager, ...options }: CallOptions & Manager,
): Call {
  return {
    verb: 'create',
    method: 'POST',
    resource: type.plural,
    name: nameCall('POST', type.plural, object.metadata),
    path: siblingsPath(type, object.metadata.namespace) + queryString({ fieldManager }),
    body: { json: object, contentType: JSON_TYPE },
    ...options,
  };
}

export function patchCall(
  type: ResourceType<Stored>,
  { subresource, ...ref }: ObjectRef & { readonly subresource?: 'status' },
  operations: readonly JsonPatchOperation[],
  { fieldManager, ...options }: CallOptions & Manager,
): Call {
  const resource = resourceOf(type, subresource);
  return {
    verb: 'patch',
    method: 'PATCH',
    resource,
    name: nameCall('PATCH', resource, ref),
    path: objectPath(type, ref, subresource) + queryString({ fieldManager }),
    body: { json: operations, contentType: 'application/json-patch+json' },
    ...options,
  };
}

export function applyCall(
  type: ResourceType<Stored>,
  { subresource, ...object }: ApiObject & { readonly subresource?: 'status' },
  { fieldManager, ...options }: CallOptions & Manager,
): Call {
  const resource = resourceOf(type, subresource);
  return {
    verb: 'apply',
    method: 'PATCH',
    resource,
    name: nameCall('PATCH', resource, object.metadata),
    // Forced: a field that somebody else owns by now is taken over.
    path: objectPath(type, object.metadata, subresource) + queryString({ fieldManager, force: true }),
    // JSON is YAML.
    body: { json: object, contentType: 'application/apply-patch+yaml' },
    ...options,
  };
}

export function deleteCall(
  type: ResourceType<Stored>,
  ref: ObjectRef,
  { uid, resourceVersion, propagation, ...options }: DeleteOptions,
): Call {
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const json = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
  };
  return {
    verb: 'delete',
    method: 'DELETE',
    resource: type.plural,
    name: nameCall('DELETE', type.plural, ref),
    path: objectPath(type, ref),
    body: { json, contentType: JSON_TYPE },
    ...options,
  };
}

const PODS = { group: '', version: 'v1', plural: 'pods', namespaced: true };

export function evictCall(pod: ObjectRef, uid: string, { dryRun, ...options }: EvictOptions): Call {
  const json = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod.name, namespace: pod.namespace },
    deleteOptions: { preconditions: { uid }, ...(dryRun === true ? { dryRun: ['All'] } : {}) },
  };
  return {
    verb: 'evict',
    method: 'POST',
    resource: 'pods/eviction',
    name: nameCall('POST', 'pods/eviction', pod),
    path: objectPath(PODS, pod, 'eviction'),
    body: { json, contentType: JSON_TYPE },
    ...options,
  };
}

import { unknownResource } from '../api/refusals.ts';
import { StatusError } from '../api/status-error.ts';
import type { ApiServer, Resource } from '../api/types.ts';
import { failure, json, text, type Answer } from './answer.ts';
import { remove, removeAll } from './deletions.ts';
import { discovery, openApi } from './discovery/index.ts';
import type { ObjectOperation, Operation } from './operation.ts';
import { get, listOrWatch } from './reads.ts';
import { internalError, methodNotAllowed } from './refusals.ts';
import type { ApiRequest } from './request.ts';
import { parseResourcePath, type ResourcePath } from './resource-path.ts';
import { subresourcesOf, type Method } from './subresources.ts';
import { create, patch, replace } from './writes.ts';

/** Answers a request of whoever is allowed to make one. Whatever goes wrong is an answer, too. */
export function answer(api: ApiServer, request: ApiRequest): Answer {
  try {
    return route(api, request);
  } catch (error) {
    return failure((error instanceof StatusError ? error : internalError(error)).status);
  }
}

function route(api: ApiServer, request: ApiRequest): Answer {
  const [root] = request.path;
  switch (root) {
    case 'api':
    case 'apis': {
      const path = parseResourcePath(request.path);
      return path === undefined ? discovery(api, request) : resources(api, request, path);
    }
    case 'openapi':
      return openApi(api, request);
    case 'version':
      return json(VERSION);
    case 'healthz':
    case 'livez':
    case 'readyz':
      return text('ok');
    default:
      return text('404 page not found\n', 404);
  }
}

/** Of the Kubernetes that it behaves like. */
const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3+embedded',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: '',
};

function resources(api: ApiServer, request: ApiRequest, path: ResourcePath): Answer {
  const resource = served(api, path);
  const { namespace, name } = path;
  const operation: Operation = { api, request, resource, ...(namespace === undefined ? {} : { namespace }) };
  if (name === undefined) return onCollection(operation);
  const ref = { name, ...(namespace === undefined ? {} : { namespace }) };
  return onObject({ ...operation, ref }, path.subresource);
}

/** @throws StatusError 404 if there is nothing at such a path */
function served(api: ApiServer, path: ResourcePath): Resource {
  const resource = api.resource(path);
  const isScoped = path.namespace !== undefined;
  const isMisplaced = resource.namespaced ? path.name !== undefined && !isScoped : isScoped;
  if (resource.version !== path.version || isMisplaced) throw unknownResource();
  return resource;
}

function onCollection(operation: Operation): Answer {
  const { request, resource, namespace } = operation;
  // Over all namespaces one can look, but not write.
  const writable = namespace !== undefined || !resource.namespaced;
  switch (request.method) {
    case 'GET':
      return listOrWatch(operation);
    case 'POST':
      if (writable) return create(operation);
      break;
    case 'DELETE':
      if (writable && resource.plural !== 'namespaces') return removeAll(operation);
  }
  throw methodNotAllowed();
}

function onObject(operation: ObjectOperation, subresource: string | undefined): Answer {
  const { method } = operation.request;
  if (subresource !== undefined) return onSubresource(operation, subresource);
  switch (method) {
    case 'GET':
      return get(operation);
    case 'PUT':
      return replace(operation);
    case 'PATCH':
      return patch(operation);
    case 'DELETE':
      return remove(operation);
  }
  throw methodNotAllowed();
}

function onSubresource(operation: ObjectOperation, name: string): Answer {
  const subresource = subresourcesOf(operation.resource).get(name);
  if (subresource === undefined) throw unknownResource();
  const respond = subresource.answers[operation.request.method as Method];
  if (respond === undefined) throw methodNotAllowed();
  return respond(operation);
}

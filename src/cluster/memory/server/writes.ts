import type { ApiObject } from '../../../kubernetes/objects.ts';
import { isJsonObject, textOf, type Json } from '../api/json.ts';
import { badRequest } from '../api/refusals.ts';
import { StatusError } from '../api/status-error.ts';
import type { Patch, PatchOperation, WriteOptions } from '../api/types.ts';
import { json, type Answer } from './answer.ts';
import { addressed, readJson, readObject, readYaml } from './body.ts';
import { parseMediaType } from './media-types.ts';
import { definitionOf, type ObjectOperation, type Operation } from './operation.ts';
import { applyOptions, refuseForce, writeOptions } from './options.ts';
import { presenterFor } from './presenter.ts';
import { unsupportedMediaType } from './refusals.ts';

export type Subresource = NonNullable<WriteOptions['subresource']>;

/** POST to a collection. */
export function create(operation: Operation): Answer {
  const { api, request, resource, namespace } = operation;
  const presenter = presenterFor(operation);
  const kindIsOptional = definitionOf(api, resource) === undefined;
  const object = addressed(readObject(request, resource.kind), { resource, namespace, kindIsOptional });
  const created = api.create(resource, object, writeOptions(request, 'CreateOptions'));
  return json(presenter.object(created), 201);
}

/** PUT of an object, or of its status. */
export function replace(operation: ObjectOperation, subresource?: Subresource): Answer {
  const { api, request, resource, namespace, ref } = operation;
  const presenter = presenterFor(operation);
  const kindIsOptional = definitionOf(api, resource) === undefined;
  const read = readObject(request, resource.kind);
  const object = addressed(read, { resource, namespace, name: ref.name, kindIsOptional });
  const options = { ...writeOptions(request, 'UpdateOptions'), ...of(subresource) };
  return json(presenter.object(api.update(resource, object, options)));
}

/**
 * PATCH of an object, or of its status, of whichever type.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
 */
export function patch(operation: ObjectOperation, subresource?: Subresource): Answer {
  const { api, resource, ref } = operation;
  const presenter = presenterFor(operation);
  const wanted = readPatch(operation);
  const isNew = wanted.patch.type === 'apply' && api.find(resource, ref) === undefined;
  const patched = api.patch(resource, ref, wanted.patch, { ...wanted.options, ...of(subresource) });
  return json(presenter.object(patched), isNew ? 201 : 200);
}

interface WantedPatch {
  readonly patch: Patch;
  readonly options: WriteOptions;
}

const PATCH_TYPES = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;

/** The patch in a request's body, and how it is to be written. */
export function readPatch(operation: ObjectOperation): WantedPatch {
  const { request } = operation;
  const { type } = parseMediaType(request.contentType);
  if (!Object.hasOwn(PATCH_TYPES, type)) throw unsupportedMediaType(Object.keys(PATCH_TYPES));
  const kind = PATCH_TYPES[type as keyof typeof PATCH_TYPES];
  if (kind === 'apply') {
    const { options, force } = applyOptions(request);
    return { options, patch: { type: kind, force, body: readApplied(operation) } };
  }
  refuseForce(request.query);
  const options = writeOptions(request, 'PatchOptions');
  const body = readJson(request.body, 'error decoding patch: ');
  if (kind === 'json') return { options, patch: { type: kind, operations: operationsOf(body) } };
  if (!isJsonObject(body)) throw badRequest('error decoding patch: it is not an object');
  return { options, patch: { type: kind, body } };
}

function readApplied({ request, resource, namespace, ref }: ObjectOperation): ApiObject {
  const body = readYaml(request.body, 'error decoding YAML: ');
  if (!isJsonObject(body)) throw badRequest('error decoding YAML: it is not an object');
  const destination = { resource, namespace, name: ref.name, kindIsOptional: false };
  return addressed(named(body, ref.name), destination);
}

/** What is applied need not repeat the name that stands in the path. */
function named(body: Json, name: string): Json {
  const { metadata } = body;
  if (metadata !== undefined && !isJsonObject(metadata)) return body;
  return { ...body, metadata: { ...metadata, name: textOf(metadata?.['name']) || name } };
}

/** @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go */
const MOST_OPERATIONS = 10_000;

function operationsOf(body: unknown): readonly PatchOperation[] {
  if (!Array.isArray(body)) throw badRequest('error decoding patch: a JSON patch is an array of operations');
  if (body.length > MOST_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${body.length}`;
    throw new StatusError(413, 'RequestEntityTooLarge', message);
  }
  return body.map(operationOf);
}

const OPERATIONS = new Set<unknown>(['test', 'add', 'replace', 'remove', 'move', 'copy']);

function operationOf(value: unknown): PatchOperation {
  const operation = isJsonObject(value) ? value : {};
  const { op, path, from = '' } = operation;
  if (!OPERATIONS.has(op)) throw badRequest(`error decoding patch: Unexpected kind: ${textOf(op)}`);
  if (typeof path !== 'string' || typeof from !== 'string') {
    throw badRequest('error decoding patch: a path must be a string');
  }
  return operation as unknown as PatchOperation;
}

function of(subresource: Subresource | undefined): Partial<Pick<WriteOptions, 'subresource'>> {
  return subresource === undefined ? {} : { subresource };
}

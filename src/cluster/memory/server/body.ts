import { parse as parseYaml } from 'yaml';
import type { ApiObject } from '../../../kubernetes/objects.ts';
import { isJsonObject, textOf, type Json } from '../api/json.ts';
import { badRequest } from '../api/refusals.ts';
import type { Resource } from '../api/types.ts';
import { parseMediaType } from './media-types.ts';
import { unsupportedMediaType } from './refusals.ts';
import type { ApiRequest } from './request.ts';

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';

/**
 * An object in a request's body.
 *
 * @param what what it must be, for the message
 * @throws StatusError 400 if it is none, 415 if it is in a format that is not read
 */
export function readObject(request: ApiRequest, what: string): Json {
  const { type } = parseMediaType(request.contentType);
  if (type !== '' && type !== JSON_TYPE && type !== YAML_TYPE) throw unknownFormat(type);
  const problem = `the object provided is unrecognized (must be of type ${what}): couldn't get version/kind; `;
  const value = type === YAML_TYPE ? readYaml(request.body, problem) : readJson(request.body, problem);
  if (!isJsonObject(value)) throw badRequest(`${problem}json parse error: it is not an object`);
  return value;
}

/** @throws StatusError 400 that begins with `problem` */
export function readJson(body: string, problem: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw badRequest(`${problem}json parse error: ${messageOf(error)}`);
  }
}

/** YAML, or JSON, which is YAML too and read much faster. */
export function readYaml(body: string, problem: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    try {
      return parseYaml(body, { maxAliasCount: 100 }) as unknown;
    } catch (error) {
      throw badRequest(`${problem}error converting YAML to JSON: ${messageOf(error)}`);
    }
  }
}

/** Where an object is written to: what it must be, and what it is called if that is settled. */
export interface Destination {
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Whether the body may leave out what kind of object it is. */
  readonly kindIsOptional: boolean;
}

/**
 * The object in a body that is to be written: of the kind, the namespace and the name that the path says.
 *
 * @throws StatusError 400 if it is another
 */
export function addressed(object: Json, destination: Destination): ApiObject {
  const { resource, namespace, name, kindIsOptional } = destination;
  const { apiVersion, kind } = kindOf(object, resource, kindIsOptional);
  const metadata = metadataOf(object, kind);
  checkName(metadata, name);
  const { namespace: own, ...rest } = metadata;
  if (namespace !== undefined && (textOf(own) || namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  // What has no namespace may be written as if it had one, as manifests for NVIDIA's operator are.
  const place = namespace === undefined ? {} : { namespace };
  return { ...object, apiVersion, kind, metadata: { ...rest, ...place } } as unknown as ApiObject;
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

function kindOf(object: Json, resource: Resource, isOptional: boolean): { apiVersion: string; kind: string } {
  const expected = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const apiVersion = textOf(object['apiVersion']);
  const kind = textOf(object['kind']);
  if (kind === '' && apiVersion === '' && isOptional) return expected;
  if (kind === '') {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): Object 'Kind' is missing`,
    );
  }
  if (apiVersion !== expected.apiVersion) {
    const but = `does not match the expected API version (${expected.apiVersion})`;
    throw badRequest(`the API version in the data (${apiVersion}) ${but}`);
  }
  if (kind !== expected.kind) {
    throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`);
  }
  return expected;
}

const TEXTS = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion'] as const;

function metadataOf(object: Json, kind: string): Json {
  const metadata = object['metadata'] ?? {};
  if (!isJsonObject(metadata)) throw notDecoded(kind, 'metadata', 'an object');
  for (const field of TEXTS) {
    const value = metadata[field] ?? '';
    if (typeof value !== 'string') throw notDecoded(kind, `metadata.${field}`, 'a string');
  }
  return metadata;
}

function notDecoded(kind: string, field: string, expected: string): Error {
  return badRequest(`${kind} cannot be handled: ${field} must be ${expected}`);
}

function checkName(metadata: Json, name: string | undefined): void {
  const own = textOf(metadata['name']);
  if (name === undefined || own === name) return;
  throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
}

function unknownFormat(type: string): Error {
  // kubectl sends what it makes itself, such as `kubectl create configmap`, in a format that is not meant for people.
  const hint =
    type === PROTOBUF_TYPE
      ? ' (with kubectl, add --dry-run=client -o yaml and pipe that into kubectl apply -f -)'
      : '';
  return unsupportedMediaType([JSON_TYPE, YAML_TYPE], hint);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

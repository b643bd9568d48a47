import type { ApiObject } from '../../kubernetes/objects.ts';
import { malformed, trimmed } from '../calls.ts';
import type { ResourceType, Stored } from '../port.ts';
import { isResourceVersion } from '../resource-version.ts';
import type { Call } from './call.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Page<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** How to ask for the next page; empty if this is the last one. */
  readonly continueToken: string;
}

/**
 * One object of an answer, trimmed.
 *
 * @throws ApiError `malformed`
 */
export function decodeObject<T extends Stored>(call: Call, type: ResourceType<T>, raw: unknown): T {
  if (!isJsonObject(raw) || !isJsonObject(raw.metadata)) throw malformed(call, 'the answer is not an object');
  const { kind = type.kind, apiVersion = apiVersionOf(type) } = raw;
  if (kind !== type.kind) throw malformed(call, `the answer is not a ${type.kind}`);
  // The items of a list do not repeat what kind they are.
  const object = trimmed(call, type, { ...raw, kind, apiVersion } as unknown as ApiObject);
  if (!isResourceVersion(object.resourceVersion)) {
    throw malformed(call, `${type.kind} ${object.name} has no decimal resourceVersion`);
  }
  return object;
}

/**
 * One page of a list, trimmed.
 *
 * @throws ApiError `malformed`
 */
export function decodePage<T extends Stored>(call: Call, type: ResourceType<T>, raw: unknown): Page<T> {
  if (!isJsonObject(raw) || !isJsonObject(raw.metadata)) throw malformed(call, 'the answer is not a list');
  const { resourceVersion, continue: next } = raw.metadata;
  if (!isResourceVersion(resourceVersion)) throw malformed(call, 'the list has no decimal resourceVersion');
  // An empty list may come as null.
  const items = raw.items ?? [];
  if (!Array.isArray(items)) throw malformed(call, 'the answer is not a list');
  return {
    items: items.map((item) => decodeObject(call, type, item)),
    resourceVersion,
    continueToken: typeof next === 'string' ? next : '',
  };
}

export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf(type: Pick<ResourceType<Stored>, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

import { fieldsOf, isJsonObject, setField, type Json } from './json.ts';
import type { Metadata } from './object-metadata.ts';
import type { RawObject } from './types.ts';

/**
 * Kubernetes' own types are stored as Go writes them: what is null, and most of what is empty, false or zero, is left out. So a node
 * that is not cordoned has no `spec.unschedulable`, whatever was last written there.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/api/core/v1/types.go `omitempty`
 */

// Fields that are left out when false; of others, false means something else than nothing.
const FALSE_IS_ABSENT = new Set([
  'unschedulable',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'paused',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
]);

const ZERO_IS_ABSENT = new Set([
  'minReadySeconds',
  'initialDelaySeconds',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'updatedReplicas',
  'fullyLabeledReplicas',
  'active',
  'succeeded',
  'failed',
]);

// The lists that are there even when empty.
const EMPTY_IS_PRESENT = new Set(['containers', 'rules', 'values']);

// Metadata has rules of its own, and data is whatever its owner wants.
const AS_IT_IS = new Set(['metadata', 'data']);

// Values that a schema speaks of: a default of an empty list is one.
const AS_IT_IS_ANYWHERE = new Set(['default', 'enum']);

/**
 * `after` without what goes without saying. What is the same as in `before` is known to be in order and not looked at again.
 *
 * @returns `after` itself if there is nothing to leave out
 */
export function withoutZeroValues(after: RawObject, before: RawObject | undefined): RawObject {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(after)) {
    if (AS_IT_IS.has(key)) continue;
    const cleaned = cleanField(key, after[key], before?.[key]);
    if (cleaned !== after[key]) copy = withField(copy ?? { ...after }, key, cleaned);
  }
  return (copy as RawObject | undefined) ?? after;
}

/** Metadata without empty maps and lists, and without fields that are null. */
export function normalizeMetadata(metadata: Metadata, before: Metadata | undefined): Metadata {
  if (metadata === before) return metadata;
  let copy: Record<string, unknown> | undefined;
  for (const [field, value] of Object.entries(metadata)) {
    if ((!isNothing(value) && value !== '') || field === 'name') continue;
    copy ??= { ...metadata };
    Reflect.deleteProperty(copy, field);
  }
  return (copy as Metadata | undefined) ?? metadata;
}

function clean(after: unknown, before: unknown): unknown {
  if (after === before) return after;
  if (Array.isArray(after)) return cleanItems(after, before);
  return isJsonObject(after) ? cleanFields(after, before) : after;
}

function cleanItems(after: readonly unknown[], before: unknown): unknown {
  let copy: unknown[] | undefined;
  const old: readonly unknown[] = Array.isArray(before) ? before : [];
  for (const [index, item] of after.entries()) {
    const cleaned = clean(item, old[index]);
    if (cleaned !== item) (copy ??= [...after])[index] = cleaned;
  }
  return copy ?? after;
}

function cleanFields(after: Json, before: unknown): unknown {
  let copy: Record<string, unknown> | undefined;
  const old = fieldsOf(before);
  for (const key of Object.keys(after)) {
    const cleaned = cleanField(key, after[key], old[key]);
    if (cleaned !== after[key]) copy = withField(copy ?? { ...after }, key, cleaned);
  }
  return copy ?? after;
}

function withField(object: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  if (value === undefined) Reflect.deleteProperty(object, key);
  else setField(object, key, value);
  return object;
}

function cleanField(key: string, value: unknown, old: unknown): unknown {
  if (value === old || AS_IT_IS_ANYWHERE.has(key)) return value;
  return goesWithoutSaying(key, value) ? undefined : clean(value, old);
}

function goesWithoutSaying(key: string, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (value === false) return FALSE_IS_ABSENT.has(key);
  if (value === 0) return ZERO_IS_ABSENT.has(key);
  return Array.isArray(value) && value.length === 0 && !EMPTY_IS_PRESENT.has(key);
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

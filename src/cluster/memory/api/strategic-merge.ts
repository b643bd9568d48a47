import { isJsonObject, setField, type Json } from './json.ts';
import { fieldsOfGroup, type FieldSchema } from './list-keys.ts';
import { notAnObject } from './merge-patch.ts';
import { patchedObject } from './patched-object.ts';
import { badRequest } from './refusals.ts';
import {
  dropDirectives,
  hasPatchDirective,
  ORDER,
  patchDirective,
  PRIMITIVES_TO_DELETE,
  RETAIN_KEYS,
} from './strategic-merge/directives.ts';
import { mergeLists } from './strategic-merge/lists.ts';
import type { RawObject, ResourceName } from './types.ts';

/**
 * An object of a built-in kind after a strategic merge patch: like a merge patch, but lists whose elements have a key are merged element
 * by element, and directives say what else to do. What the patch does not name is the same as before, by identity.
 *
 * @throws StatusError 400 or 500, as a real API server has it, if the patch makes no sense
 * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function strategicMerge(resource: ResourceName, live: RawObject, patch: unknown): RawObject {
  if (patch === null) return live;
  if (!isJsonObject(patch)) throw badRequest(notAnObject(patch));
  return patchedObject(mergeObjects(live, patch, fieldsOfGroup(resource.group)), live);
}

function mergeObjects(live: Json, patch: Json, schema: FieldSchema): Json {
  const directive = patchDirective(patch);
  if (directive === 'replace') return dropDirectives(patch);
  if (directive === 'delete') return {};
  let merged = retainKeys(live, patch);
  for (const name of fieldsToMerge(patch)) {
    const old = Object.hasOwn(merged, name) ? merged[name] : undefined;
    const value = mergeField(old, { patch, name, schema: schema.field(name) });
    if (value === old) continue;
    const copy = { ...merged };
    if (value === undefined) Reflect.deleteProperty(copy, name);
    else setField(copy, name, value);
    merged = copy;
  }
  return merged;
}

interface FieldPatch {
  readonly patch: Json;
  readonly name: string;
  readonly schema: FieldSchema;
}

/** @returns undefined if the field is to go */
function mergeField(old: unknown, { patch, name, schema }: FieldPatch): unknown {
  const wanted = Object.hasOwn(patch, name) ? patch[name] : undefined;
  if (wanted === null) return undefined;
  if (Array.isArray(old) && (wanted === undefined || Array.isArray(wanted))) {
    return mergeList(old, wanted, { patch, name, schema });
  }
  if (isJsonObject(wanted)) return mergeObject(old, wanted, schema);
  return wanted === undefined ? old : dropDirectives(wanted);
}

function mergeObject(old: unknown, patch: Json, schema: FieldSchema): Json | undefined {
  if (patchDirective(patch) === 'delete') return undefined;
  if (isJsonObject(old)) return mergeObjects(old, patch, schema);
  return hasPatchDirective(patch) ? undefined : dropDirectives(patch);
}

function mergeList(
  old: readonly unknown[],
  wanted: readonly unknown[] | undefined,
  { patch, name, schema }: FieldPatch,
): readonly unknown[] {
  if (schema.patchKey === undefined) return wanted === undefined ? old : dropDirectives(wanted);
  return mergeLists(old, {
    items: wanted ?? [],
    order: listIn(patch, ORDER + name),
    toDelete: listIn(patch, PRIMITIVES_TO_DELETE + name),
    key: schema.patchKey,
    merge: (item, itemPatch) => mergeObjects(item, itemPatch, schema.items),
  });
}

/** The fields that a patch says something about, be it only by a directive. */
function fieldsToMerge(patch: Json): ReadonlySet<string> {
  const names = Object.keys(patch).map((key) => {
    const prefix = [ORDER, PRIMITIVES_TO_DELETE].find((each) => key.startsWith(each));
    return prefix === undefined ? key : key.slice(prefix.length);
  });
  return new Set(names.filter((name) => !name.startsWith('$')));
}

function retainKeys(live: Json, patch: Json): Json {
  const retained = listIn(patch, RETAIN_KEYS);
  if (retained === undefined) return live;
  const isRetained = (name: string): boolean => retained.includes(name);
  if (![...fieldsToMerge(patch)].every(isRetained)) throw badRequest('invalid patch format of retainKeys');
  const names = Object.keys(live);
  return names.every(isRetained)
    ? live
    : Object.fromEntries(names.filter(isRetained).map((name) => [name, live[name]]));
}

function listIn(patch: Json, name: string): readonly unknown[] | undefined {
  const value = patch[name];
  return Array.isArray(value) ? value : undefined;
}

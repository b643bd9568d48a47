import { isJsonObject, setField, type Json } from './json.ts';
import { patchedObject } from './patched-object.ts';
import { badRequest } from './refusals.ts';
import type { RawObject } from './types.ts';

/**
 * An object after a JSON merge patch: members that are null go, objects are merged, everything else replaces what was there.
 * What the patch does not name is the same as before, by identity.
 *
 * @throws StatusError 400 if the patch is no object, or the object has another name then
 * @see https://www.rfc-editor.org/rfc/rfc7386
 */
export function applyMergePatch(object: RawObject, patch: unknown): RawObject {
  if (patch === null) throw badRequest('Invalid JSON Patch');
  if (!isJsonObject(patch)) throw badRequest(`error decoding patch: ${notAnObject(patch)}`);
  return patchedObject(merge(object, patch), object);
}

function merge(target: Json, patch: Json): Json {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(patch)) {
    const old = Object.hasOwn(target, name) ? target[name] : undefined;
    const value = mergeField(old, patch[name]);
    if (value === old) continue;
    copy ??= { ...target };
    if (value === undefined) Reflect.deleteProperty(copy, name);
    else setField(copy, name, value);
  }
  return copy ?? target;
}

/** @returns undefined if the field is to go */
function mergeField(old: unknown, patch: unknown): unknown {
  if (patch === null) return undefined;
  return isJsonObject(patch) ? merge(isJsonObject(old) ? old : {}, patch) : patch;
}

/** What Go's JSON decoder says of a patch that should be an object. */
export function notAnObject(patch: unknown): string {
  const type = Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch;
  return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
}

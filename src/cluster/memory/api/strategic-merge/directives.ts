import { isJsonObject, type Json } from '../json.ts';
import { incomprehensible, inGo } from './refusals.ts';

/**
 * The directives of strategic merge patches.
 *
 * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
const PATCH = '$patch';

/** Names the only fields that are to stay. */
export const RETAIN_KEYS = '$retainKeys';

/** Before a list's name: the order of its elements. */
export const ORDER = '$setElementOrder/';

/** Before a list's name: which values are to go from it. */
export const PRIMITIVES_TO_DELETE = '$deleteFromPrimitiveList/';

export type PatchDirective = 'replace' | 'delete' | 'merge';

/** What is to be done with an object as a whole. */
export function patchDirective(patch: Json): PatchDirective {
  const directive = patch[PATCH] ?? 'merge';
  if (directive === 'replace' || directive === 'delete' || directive === 'merge') return directive;
  throw incomprehensible(`unknown patch type: ${inGo(directive)} in map: ${inGo(patch)}`);
}

/** Whether an object carries a directive for itself. */
export function hasPatchDirective(patch: Json): boolean {
  return Object.hasOwn(patch, PATCH);
}

/**
 * What a patch says about something that is not there yet: without directives and nulls, and without everything that a directive is for.
 */
export function dropDirectives<T>(patch: T): T;
export function dropDirectives(patch: unknown): unknown {
  if (Array.isArray(patch)) {
    return patch.filter((item) => !isDirective(item)).map((item: unknown) => dropDirectives(item));
  }
  if (!isJsonObject(patch)) return patch;
  const fields = Object.entries(patch).filter(
    ([name, value]) => value !== null && !name.startsWith('$') && !isDirective(value),
  );
  return Object.fromEntries(fields.map(([name, value]) => [name, dropDirectives(value)]));
}

function isDirective(value: unknown): boolean {
  return isJsonObject(value) && hasPatchDirective(value);
}

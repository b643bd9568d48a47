import { isDeepStrictEqual } from 'node:util';
import { fieldsOf, isJsonObject, type Json } from '../json.ts';
import { dropDirectives, hasPatchDirective, patchDirective } from './directives.ts';
import { incomprehensible, inGo } from './refusals.ts';

/** What a patch says about a list whose elements can be told apart. */
export interface ListPatch {
  readonly items: readonly unknown[];
  /** Of elements: their keys are enough. Absent: as in `items`. */
  readonly order: readonly unknown[] | undefined;
  /** Values that are to go, of a list of values. */
  readonly toDelete: readonly unknown[] | undefined;
  /** By which field elements are told apart; empty if they are values. */
  readonly key: string;
  readonly merge: (element: Json, patch: Json) => Json;
}

/**
 * A list after a patch. Its elements are in the patch's order; those that the patch does not name stand before the first that was behind
 * them.
 *
 * @returns the list itself if nothing is changed
 * @throws StatusError 500 if an element has no key, or the patch contradicts itself
 */
export function mergeLists(live: readonly unknown[], patch: ListPatch): readonly unknown[] {
  const { items, key } = patch;
  if (items.some((item) => isJsonObject(item) && patchDirective(item) === 'replace')) {
    return items.filter((item) => !isDirective(item)).map((item) => dropDirectives(item));
  }
  const idOf = (element: unknown): unknown => (key === '' ? element : keyOf(element, key));
  const wanted = items.filter((item) => !isDirective(item));
  const gone = new Set([...items.filter(isDirective).map(idOf), ...(patch.toDelete ?? [])]);
  const elements = live.map((value) => ({ id: idOf(value), value })).filter(({ id }) => !gone.has(id));
  for (const item of wanted) {
    const id = idOf(item);
    const old = elements.find((each) => each.id === id);
    if (old === undefined) elements.push({ id, value: dropDirectives(item) });
    else old.value = mergeElement(old.value, item, patch);
  }
  const order = (patch.order ?? wanted).map(idOf);
  checkOrder(patch, wanted.map(idOf), order);
  const merged = ordered(elements, order, live.map(idOf)).map(({ value }) => value);
  return isDeepStrictEqual(merged, live) ? live : merged;
}

function mergeElement(old: unknown, patch: unknown, { merge }: ListPatch): unknown {
  return isJsonObject(old) && isJsonObject(patch) ? merge(old, patch) : dropDirectives(patch);
}

/** An element that is there for its directive only. */
function isDirective(item: unknown): boolean {
  if (!isJsonObject(item) || !hasPatchDirective(item)) return false;
  if (patchDirective(item) === 'merge')
    throw incomprehensible('merging lists cannot yet be specified in the patch');
  return true;
}

function keyOf(element: unknown, key: string): unknown {
  const value = fieldsOf(element)[key];
  if (value !== undefined) return value;
  throw incomprehensible(`map: ${inGo(element)} does not contain declared merge key: ${key}`);
}

function checkOrder({ items, order }: ListPatch, wanted: readonly unknown[], ids: readonly unknown[]): void {
  const positions = wanted.map((id) => ids.indexOf(id));
  const isInOrder = positions.every(
    (position, index) => position >= 0 && position >= (positions[index - 1] ?? 0),
  );
  if (order === undefined || isInOrder) return;
  throw incomprehensible(
    `The order in patch list:\n${inGo(items)}\n doesn't match $setElementOrder list:\n${inGo(order)}\n`,
  );
}

interface Element {
  readonly id: unknown;
  value: unknown;
}

/** Merges the elements that have an order of their own with those that only have that of the live list. */
function ordered(
  elements: readonly Element[],
  order: readonly unknown[],
  live: readonly unknown[],
): readonly Element[] {
  const right = [...new Set(order)].flatMap((id) => elements.filter((element) => element.id === id));
  const left = elements.filter(({ id }) => !order.includes(id));
  const result: Element[] = [];
  for (const element of left) {
    let next = right[0];
    while (next !== undefined && !isBefore(live, element.id, next.id)) {
      result.push(next);
      right.shift();
      next = right[0];
    }
    result.push(element);
  }
  return [...result, ...right];
}

function isBefore(order: readonly unknown[], id: unknown, other: unknown): boolean {
  const position = order.indexOf(other);
  return position >= 0 && order.indexOf(id) < position;
}

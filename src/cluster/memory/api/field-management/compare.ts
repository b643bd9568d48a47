import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json } from '../json.ts';
import type { FieldSchema } from '../list-keys.ts';
import { elementsOf, fieldSegment, isGranular } from './elements.ts';
import { allFieldsOf } from './fields-of.ts';
import { finished, LEAF, type Draft, type FieldSet } from './field-set.ts';

/** Which fields came or became another value, and which went. */
export interface Difference {
  readonly changed: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

/**
 * What is different between two versions of an object, undefined if nothing is. Costs as much as was changed, where the versions have
 * their other parts in common.
 */
export function compareObjects(before: Json, after: Json, schema: FieldSchema): Difference | undefined {
  const parts = new Differences();
  let kept = 0;
  for (const name of Object.keys(after)) {
    const value = after[name];
    const existed = before[name] === value || Object.hasOwn(before, name);
    if (existed) kept += 1;
    const old = existed ? before[name] : undefined;
    if (old !== value) parts.add(fieldSegment(name), compareField(old, value, schema, name));
  }
  // Most often, nothing has gone.
  if (kept < Object.keys(before).length) addRemoved(parts, before, after, schema);
  return parts.all();
}

function addRemoved(parts: Differences, before: Json, after: Json, schema: FieldSchema): void {
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name))
      parts.add(fieldSegment(name), compareField(before[name], undefined, schema, name));
  }
}

function compareField(
  before: unknown,
  after: unknown,
  schema: FieldSchema,
  name: string,
): Difference | undefined {
  return schema.unowned?.has(name) === true ? undefined : compare(before, after, schema.field(name));
}

function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  schema: FieldSchema,
): Difference | undefined {
  const parts = new Differences();
  const [old, elements] = [elementsOf(before, schema), elementsOf(after, schema)];
  for (const [segment, element] of elements)
    parts.add(segment, compare(old.get(segment), element, schema.items));
  for (const [segment, element] of old) {
    if (!elements.has(segment)) parts.add(segment, compare(element, undefined, schema.items));
  }
  return parts.all();
}

function compare(before: unknown, after: unknown, schema: FieldSchema): Difference | undefined {
  if (before === after) return undefined;
  if (after === undefined) return { changed: undefined, removed: allFieldsOf(before, schema) };
  if (before === undefined) return compareWithNothing(after, schema);
  return comparePresent(before, after, schema);
}

function comparePresent(before: unknown, after: unknown, schema: FieldSchema): Difference | undefined {
  if (isGranular(before, schema) && isGranular(after, schema)) {
    if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, schema);
    if (isJsonObject(before) && isJsonObject(after)) return compareObjects(before, after, schema);
  }
  return isDeepStrictEqual(before, after) ? undefined : { changed: LEAF, removed: undefined };
}

function compareWithNothing(after: unknown, schema: FieldSchema): Difference | undefined {
  if (!schema.isAlwaysThere || !isGranular(after, schema)) {
    return { changed: allFieldsOf(after, schema), removed: undefined };
  }
  return comparePresent(Array.isArray(after) ? [] : {}, after, schema);
}

/** The differences of the parts of something. */
class Differences {
  readonly #changed: Draft = {};
  readonly #removed: Draft = {};

  add(segment: string, difference: Difference | undefined): void {
    if (difference?.changed !== undefined) this.#changed[segment] = difference.changed;
    if (difference?.removed !== undefined) this.#removed[segment] = difference.removed;
  }

  all(): Difference | undefined {
    const [changed, removed] = [finished(this.#changed), finished(this.#removed)];
    return changed === undefined && removed === undefined ? undefined : { changed, removed };
  }
}

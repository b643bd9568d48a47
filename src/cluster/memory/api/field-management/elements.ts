import { fieldsOf, isJsonObject } from '../json.ts';
import type { FieldSchema, ListKeys } from '../list-keys.ts';

/** How a set of fields names a field. */
export function fieldSegment(name: string): string {
  return `f:${name}`;
}

/**
 * The elements of a list by the segments that name them in a set of fields, in order. Of several elements with one name, the first counts.
 */
export function elementsOf(list: readonly unknown[], { list: type }: FieldSchema): Map<string, unknown> {
  const elements = new Map<string, unknown>();
  for (const element of list) {
    const segment = typeof type === 'object' ? keySegment(element, type) : `v:${JSON.stringify(element)}`;
    if (!elements.has(segment)) elements.set(segment, element);
  }
  return elements;
}

/** Whether a value is owned part by part: an object, or a list whose elements can be told apart, that is not one value as a whole. */
export function isGranular(value: unknown, schema: FieldSchema): boolean {
  return Array.isArray(value) ? schema.list !== 'atomic' : isJsonObject(value) && !schema.isAtomic;
}

function keySegment(element: unknown, { names, defaults }: ListKeys): string {
  const fields = fieldsOf(element);
  const keys = names.map((name) => [name, fields[name] ?? defaults[name]] as const);
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

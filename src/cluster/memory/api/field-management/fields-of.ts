import { isJsonObject } from '../json.ts';
import type { FieldSchema } from '../list-keys.ts';
import { elementsOf, fieldSegment, isGranular } from './elements.ts';
import { finished, LEAF, withSelf, type Draft, type FieldSet } from './field-set.ts';

/** A value that came or went as a whole: the field that it is in, and all fields below. */
export function allFieldsOf(value: unknown, schema: FieldSchema): FieldSet {
  if (!isGranular(value, schema)) return LEAF;
  const below: Draft = {};
  for (const [segment, part, schemaOfPart] of partsOf(value, schema)) {
    below[segment] = allFieldsOf(part, schemaOfPart);
  }
  return withSelf(below);
}

/**
 * The fields that an applied configuration names: single values, and entries of maps and lists. An object with known fields is not named
 * by having some of them.
 */
export function configuredFieldsOf(value: unknown, schema: FieldSchema): FieldSet | undefined {
  if (!isGranular(value, schema)) return LEAF;
  const below: Draft = {};
  for (const [segment, part, schemaOfPart] of partsOf(value, schema)) {
    const fields = configuredFieldsOf(part, schemaOfPart);
    if (isEntry(segment, schema) || isEmptyObject(part)) below[segment] = withSelf(fields);
    else if (fields !== undefined) below[segment] = fields;
  }
  return finished(below);
}

type Part = readonly [segment: string, value: unknown, schema: FieldSchema];

function partsOf(value: unknown, schema: FieldSchema): readonly Part[] {
  if (Array.isArray(value)) {
    return [...elementsOf(value, schema)].map(([segment, element]) => [segment, element, schema.items]);
  }
  return Object.entries(value as object)
    .filter(([name, part]) => part !== undefined && schema.unowned?.has(name) !== true)
    .map(([name, part]) => [fieldSegment(name), part, schema.field(name)]);
}

function isEntry(segment: string, schema: FieldSchema): boolean {
  return !segment.startsWith('f:') || !schema.hasField(segment.slice(2));
}

function isEmptyObject(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

import type { CelInput } from '@bufbuild/cel';
import { isJsonObject, type Json } from '../json.ts';
import { compileExpression } from './expressions.ts';
import { OBJECT_FIELDS, type Schema } from './schema.ts';

/**
 * A value as rules see it: typed by its schema, and without fields that the schema does not name.
 *
 * @see https://kubernetes.io/docs/reference/using-api/cel/#type-system-integration
 */
export function expressionValue(value: unknown, schema: Schema): CelInput {
  if (Array.isArray(value)) return value.map((item) => expressionValue(item, schema.items ?? schema));
  if (isJsonObject(value)) return new Map(entries(value, schema));
  if (typeof value === 'number')
    return schema.type === 'integer' || schema.isIntOrString ? BigInt(Math.trunc(value)) : value;
  if (typeof value === 'string') return formatted(value, schema);
  return typeof value === 'boolean' ? value : null;
}

function entries(value: Json, schema: Schema): [string, CelInput][] {
  const { additionalProperties, properties } = schema;
  if (additionalProperties !== undefined) {
    return Object.entries(value).map(([key, each]) => [key, expressionValue(each, additionalProperties)]);
  }
  const known = Object.entries(value).flatMap<[string, CelInput]>(([name, each]) => {
    const field = properties.get(name);
    return field === undefined ? [] : [[escaped(name), expressionValue(each, field)]];
  });
  return schema.isEmbeddedResource ? [...known, ...objectFields(value)] : known;
}

/** Of an object's metadata, rules see the name alone. */
function objectFields(value: Json): [string, CelInput][] {
  return [...OBJECT_FIELDS].flatMap<[string, CelInput]>((name) => {
    const field = value[name];
    if (typeof field === 'string') return [[name, field]];
    if (!isJsonObject(field)) return [];
    const names = ['name', 'generateName'].flatMap<[string, CelInput]>((each) => {
      const text = field[each];
      return typeof text === 'string' ? [[each, text]] : [];
    });
    return [[name, new Map(names)]];
  });
}

const CONVERSIONS: Readonly<Record<string, string>> = {
  'date-time': 'timestamp(value)',
  date: "timestamp(value + 'T00:00:00Z')",
  duration: 'duration(value)',
};

function formatted(value: string, { format }: Schema): CelInput {
  const conversion = Object.hasOwn(CONVERSIONS, format) ? CONVERSIONS[format] : undefined;
  if (conversion === undefined) return value;
  const converted = compileExpression(conversion).evaluate({ value });
  return 'error' in converted ? value : (converted.value as CelInput);
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/**
 * A field's name as it is written in a rule.
 *
 * @see https://kubernetes.io/docs/reference/using-api/cel/#escaping
 */
function escaped(name: string): string {
  return RESERVED.has(name) ? `__${name}__` : name.replaceAll(/__|[-./]/g, (each) => ESCAPES[each] ?? each);
}

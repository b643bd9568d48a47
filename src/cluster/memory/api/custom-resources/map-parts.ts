import { isJsonObject, setField, type Json } from '../json.ts';
import { schemaOfField, type Schema } from './schema.ts';

/** A part of a value, and where it is. */
export interface Part {
  readonly value: unknown;
  /** The same part before the write, if there was one. */
  readonly before: unknown;
  readonly schema: Schema;
  readonly path: string;
}

/**
 * A value with its parts replaced.
 *
 * @param replace gives what comes instead of a part; undefined: nothing
 * @returns the value itself if every part stays
 */
export function mapParts(part: Part, replace: (part: Part) => unknown): unknown {
  if (Array.isArray(part.value)) return mapItems(part.value, part, replace);
  return isJsonObject(part.value) ? mapFields(part.value, part, replace) : part.value;
}

function mapItems(
  value: readonly unknown[],
  { before, schema, path }: Part,
  replace: (part: Part) => unknown,
): unknown {
  const { items } = schema;
  if (items === undefined) return value;
  const old: readonly unknown[] = Array.isArray(before) ? before : [];
  const mapped = value.map((item, index) =>
    replace({ value: item, before: old[index], schema: items, path: `${path}[${index}]` }),
  );
  return mapped.every((item, index) => item === value[index]) ? value : mapped;
}

function mapFields(value: Json, { before, schema, path }: Part, replace: (part: Part) => unknown): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const field = schemaOfField(schema, name);
    if (field === undefined) continue;
    const old = value[name];
    const mapped = replace({
      value: old,
      before: partOf(before, name),
      schema: field,
      path: below(path, name),
    });
    if (mapped === old) continue;
    copy ??= { ...value };
    if (mapped === undefined) Reflect.deleteProperty(copy, name);
    else setField(copy, name, mapped);
  }
  return copy ?? value;
}

/** A field of a value, undefined if it has none of that name. */
export function partOf(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The path of a field. */
export function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

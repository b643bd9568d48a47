import { fieldsOf, isJsonObject, itemsOf, type Json } from '../json.ts';

/** The object with values for those fields that it does not have; itself if it has them all. */
export function withDefaults(object: Json, defaults: Json): Json {
  const missing = Object.keys(defaults).some((field) => isAbsent(object[field]));
  if (!missing) return object;
  const filled: Record<string, unknown> = { ...object };
  for (const [field, value] of Object.entries(defaults)) {
    if (isAbsent(filled[field])) filled[field] = value;
  }
  return filled;
}

/** The object with one of its fields, which is an object, changed; itself if it has no such field. */
export function mapField(object: Json, field: string, change: (value: Json) => Json): Json {
  const value = object[field];
  if (!isJsonObject(value)) return object;
  const changed = change(value);
  return changed === value ? object : { ...object, [field]: changed };
}

/** The object with each item of one of its lists changed; itself if it has no such list. */
export function mapItems(object: Json, field: string, change: (item: Json) => Json): Json {
  const items = itemsOf(object[field]);
  if (items.length === 0) return object;
  const changed = items.map((item) => change(fieldsOf(item)));
  return changed.every((item, index) => item === items[index]) ? object : { ...object, [field]: changed };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

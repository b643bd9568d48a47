/** An object of which nothing is known but that it is one. */
export type Json = Readonly<Record<string, unknown>>;

const NOTHING: Json = Object.freeze({});

/** Whether a value is an object with fields: no array, not null. */
export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a value; none if it is no object. */
export function fieldsOf(value: unknown): Json {
  return isJsonObject(value) ? value : NOTHING;
}

/** The elements of a value; none if it is no array. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text in a field; empty if there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The number in a field; 0 if there is none. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** A copy without one field; the object itself if it has no such field. */
export function without<T extends object>(object: T, field: keyof T & string): T {
  if (!Object.hasOwn(object, field)) return object;
  const { [field]: _, ...rest } = object;
  return rest as T;
}

/**
 * `after`, with every part that is equal to the same part of `before` being that very part. So what was not changed can be told by
 * identity from then on, and is in memory once.
 *
 * @returns `before` itself if they are equal
 */
export function shareStructure<T>(before: unknown, after: T): T {
  return share(before, after) as T;
}

function share(before: unknown, after: unknown): unknown {
  if (before === after) return before;
  if (Array.isArray(after)) return Array.isArray(before) ? shareItems(before, after) : after;
  return isJsonObject(after) && isJsonObject(before) ? shareFields(before, after) : after;
}

function shareItems(before: readonly unknown[], after: readonly unknown[]): unknown {
  let copy: unknown[] | undefined;
  let same = before.length === after.length;
  for (const [index, item] of after.entries()) {
    const shared = share(before[index], item);
    if (shared !== before[index]) same = false;
    if (shared !== item) (copy ??= [...after])[index] = shared;
  }
  return same ? before : (copy ?? after);
}

function shareFields(before: Json, after: Json): unknown {
  let copy: Record<string, unknown> | undefined;
  const keys = Object.keys(after);
  let same = keys.length === Object.keys(before).length;
  for (const key of keys) {
    const value = after[key];
    if (value === before[key] && value !== undefined) continue;
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    const shared = share(old, value);
    if (shared !== old) same = false;
    if (shared !== value) setField((copy ??= { ...after }), key, shared);
  }
  return same ? before : (copy ?? after);
}

/** Sets a field of an object that is being made, whatever its name: `__proto__` is one like any other. */
export function setField(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

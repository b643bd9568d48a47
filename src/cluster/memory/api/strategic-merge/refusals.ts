import { isJsonObject } from '../json.ts';
import { StatusError } from '../status-error.ts';

/** 500 without a reason: what a real API server answers to a patch whose directives it cannot follow. */
export function incomprehensible(message: string): StatusError {
  return new StatusError(500, '', message);
}

/** A value as Go prints it. */
export function inGo(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(inGo).join(' ')}]`;
  if (!isJsonObject(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const fields = Object.keys(value).toSorted();
  return `map[${fields.map((name) => `${name}:${inGo(value[name])}`).join(' ')}]`;
}

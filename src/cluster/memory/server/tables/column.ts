import { fieldsOf } from '../../api/json.ts';
import type { RawObject } from '../../api/types.ts';
import { age } from '../../../../kubernetes/age.ts';

export type Cell = string | number | boolean | null;

/** A column of the table that kubectl shows of a kind of object. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** `name`, for the column that names the object. */
  readonly format?: string;
  readonly description?: string;
  /** Shown with `-o wide` only. */
  readonly wide?: boolean;
  /** @param now milliseconds since the Unix epoch */
  cell(object: RawObject, now: number): Cell;
}

/** What is shown where there is nothing. */
export const NONE = '<none>';

export const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: ({ metadata }) => metadata.name,
};

export const AGE: Column = {
  name: 'Age',
  type: 'string',
  cell: ({ metadata }, now) => age(metadata.creationTimestamp, now),
};

export const CREATED_AT: Column = {
  name: 'Created At',
  type: 'date',
  cell: ({ metadata }) => metadata.creationTimestamp ?? null,
};

export function column(name: string, cell: Column['cell'], type: Column['type'] = 'string'): Column {
  return { name, type, cell };
}

export function wide(name: string, cell: Column['cell']): Column {
  return { ...column(name, cell), wide: true };
}

/** What stands at a path of fields; undefined where any of them is missing. */
export function at(object: unknown, ...path: readonly string[]): unknown {
  let value = object;
  for (const field of path) value = fieldsOf(value)[field];
  return value;
}

import { fieldsOf, itemsOf, textOf, type Json } from '../../api/json.ts';
import type { RawObject } from '../../api/types.ts';
import { age } from '../../../../kubernetes/age.ts';
import { AGE, at, NAME, type Cell, type Column } from './column.ts';
import { parseJsonPath } from './json-path.ts';

/**
 * The columns that a CustomResourceDefinition wishes for one of its versions.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns
 */
export function customColumns(definition: RawObject, version: string): readonly Column[] {
  const versions = itemsOf(at(definition, 'spec', 'versions')).map(fieldsOf);
  const wished = versions.find(({ name }) => name === version)?.['additionalPrinterColumns'];
  if (wished === undefined) return [NAME, { ...AGE, type: 'date' }];
  return [NAME, ...itemsOf(wished).map((column) => customColumn(fieldsOf(column)))];
}

const TYPES: readonly Column['type'][] = ['integer', 'number', 'boolean', 'date'];

function customColumn(column: Json): Column {
  const type = TYPES.find((each) => each === column['type']) ?? 'string';
  const read = parseJsonPath(textOf(column['jsonPath']));
  return {
    name: textOf(column['name']),
    type,
    format: textOf(column['format']),
    description: textOf(column['description']),
    wide: column['priority'] !== undefined && column['priority'] !== 0,
    cell: (object, now) => cellOf(type, read?.(object), now),
  };
}

function cellOf(type: Column['type'], value: unknown, now: number): Cell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return dateCell(value, now);
    case 'string':
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}

function dateCell(value: unknown, now: number): Cell {
  if (typeof value !== 'string') return null;
  return Number.isNaN(Date.parse(value)) ? '<invalid>' : age(value, now);
}

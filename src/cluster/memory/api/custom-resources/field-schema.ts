import { untypedFields, type FieldSchema } from '../list-keys.ts';
import type { Schema } from './schema.ts';

/** How what has a schema is merged and owned. */
export function fieldSchemaOf(schema: Schema | undefined): FieldSchema {
  if (schema === undefined) return untypedFields;
  const fields = new Map([...schema.properties].map(([name, each]) => [name, fieldSchemaOf(each)]));
  const others = fieldSchemaOf(schema.additionalProperties);
  return {
    list: listOf(schema),
    isAtomic: schema.mapType === 'atomic',
    isAlwaysThere: false,
    hasField: (name) => fields.has(name),
    field: (name) => fields.get(name) ?? others,
    items: fieldSchemaOf(schema.items),
  };
}

function listOf({ listType, listMapKeys, items }: Schema): FieldSchema['list'] {
  if (listType === 'set') return 'set';
  if (listType !== 'map') return 'atomic';
  const defaults = listMapKeys.map((key) => [key, items?.properties.get(key)?.defaultValue]);
  return { names: listMapKeys.toSorted(), defaults: Object.fromEntries(defaults) as Record<string, unknown> };
}

import { z } from 'zod';
import type { CelRule } from './rule.ts';

/**
 * A schema as a CustomResourceDefinition has it: OpenAPI, without what the API server does not take.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export interface StructuralSchema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly anyOf?: readonly { readonly type: string }[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly required?: readonly string[];
  readonly items?: StructuralSchema;
  readonly additionalProperties?: StructuralSchema;
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'map' | 'atomic' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** What is taken over as it is. */
const KEPT = [
  'type',
  'description',
  'format',
  'default',
  'enum',
  'minLength',
  'maxLength',
  'required',
  'x-kubernetes-validations',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
] as const;

const LARGEST_INT32 = 2 ** 31 - 1;

/** The schema of what people write, before any default is filled in. */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return convert(z.toJSONSchema(schema, { io: 'input' }));
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function convert(schema: JsonSchema): StructuralSchema {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true };
  }
  return {
    ...Object.fromEntries(KEPT.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]])),
    ...(schema.type === 'integer' && { format: schema.maximum === LARGEST_INT32 ? 'int32' : 'int64' }),
    ...(schema.properties !== undefined && { properties: convertAll(schema.properties) }),
    ...(schema.items !== undefined && { items: convert(asSchema(schema.items)) }),
    ...convertOtherProperties(schema),
  };
}

function convertAll(
  properties: Readonly<Record<string, unknown>>,
): Readonly<Record<string, StructuralSchema>> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, convert(asSchema(schema))]),
  );
}

/** A map has a schema for its values; a loose object has an empty one, which means that fields without a schema are kept. */
function convertOtherProperties({ additionalProperties }: JsonSchema): Partial<StructuralSchema> {
  if (typeof additionalProperties !== 'object') return {};
  return Object.keys(additionalProperties).length === 0
    ? { 'x-kubernetes-preserve-unknown-fields': true }
    : { additionalProperties: convert(asSchema(additionalProperties)) };
}

/** zod's own schemas are never the `true` and `false` that JSON Schema also has, nor a list of schemas. */
function asSchema(schema: unknown): JsonSchema {
  if (!isSchema(schema)) throw new TypeError(`not a schema of one kind of value: ${JSON.stringify(schema)}`);
  return schema;
}

function isSchema(schema: unknown): schema is JsonSchema {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema);
}

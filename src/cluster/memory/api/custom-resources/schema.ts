import { fieldsOf, isJsonObject, itemsOf, textOf, type Json } from '../json.ts';

/**
 * A structural schema, as far as an API server needs it to prune, default and validate.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export interface Schema {
  readonly type: Type | undefined;
  readonly format: string;
  readonly nullable: boolean;
  readonly isIntOrString: boolean;
  readonly isEmbeddedResource: boolean;
  readonly keepsUnknownFields: boolean;
  readonly properties: ReadonlyMap<string, Schema>;
  /** What is in fields without a property; absent: none are allowed. */
  readonly additionalProperties: Schema | undefined;
  readonly items: Schema | undefined;
  readonly listType: string;
  readonly listMapKeys: readonly string[];
  readonly mapType: string;
  readonly required: readonly string[];
  /** What a field has that is left out; undefined: nothing. */
  readonly defaultValue: unknown;
  readonly limits: Limits;
  readonly allOf: readonly Schema[];
  readonly anyOf: readonly Schema[];
  readonly oneOf: readonly Schema[];
  readonly not: Schema | undefined;
  readonly rules: readonly RuleSpec[];
}

export type Type = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/** What a single value may be. */
export interface Limits {
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

/** An entry of `x-kubernetes-validations`. */
export interface RuleSpec {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** Reads a schema as a CustomResourceDefinition has it. */
export function parseSchema(raw: unknown): Schema {
  const schema = parseProps(raw);
  return schema.isEmbeddedResource ? asObjectSchema(schema) : schema;
}

/** The schema of a whole object: what it is and its metadata have a schema of their own. */
export function asObjectSchema(schema: Schema): Schema {
  const properties = [...schema.properties].filter(([name]) => !OBJECT_FIELDS.has(name));
  return { ...schema, isEmbeddedResource: true, properties: new Map(properties) };
}

/** The fields that every object has. */
export const OBJECT_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

function parseProps(raw: unknown): Schema {
  const props = fieldsOf(raw);
  const flag = (name: string): boolean => props[name] === true;
  return {
    type: props['type'] as Type | undefined,
    format: textOf(props['format']),
    nullable: flag('nullable'),
    isIntOrString: flag('x-kubernetes-int-or-string'),
    isEmbeddedResource: flag('x-kubernetes-embedded-resource'),
    keepsUnknownFields: flag('x-kubernetes-preserve-unknown-fields'),
    properties: new Map(
      Object.entries(fieldsOf(props['properties'])).map(([name, each]) => [name, parseSchema(each)]),
    ),
    additionalProperties: parseAdditional(props['additionalProperties']),
    items: parseOptional(props['items']),
    listType: textOf(props['x-kubernetes-list-type']),
    listMapKeys: itemsOf(props['x-kubernetes-list-map-keys']) as readonly string[],
    mapType: textOf(props['x-kubernetes-map-type']),
    required: itemsOf(props['required']) as readonly string[],
    defaultValue: props['default'],
    limits: props,
    allOf: itemsOf(props['allOf']).map(parseSchema),
    anyOf: itemsOf(props['anyOf']).map(parseSchema),
    oneOf: itemsOf(props['oneOf']).map(parseSchema),
    not: parseOptional(props['not']),
    rules: itemsOf(props['x-kubernetes-validations']) as readonly RuleSpec[],
  };
}

function parseOptional(raw: unknown): Schema | undefined {
  return isJsonObject(raw) ? parseSchema(raw) : undefined;
}

/** `true` stands for a schema that allows everything. */
function parseAdditional(raw: unknown): Schema | undefined {
  return raw === true
    ? parseSchema({ 'x-kubernetes-preserve-unknown-fields': true } satisfies Json)
    : parseOptional(raw);
}

/** The schema of a field; undefined if the schema says nothing about it. */
export function schemaOfField(schema: Schema, name: string): Schema | undefined {
  return schema.properties.get(name) ?? schema.additionalProperties;
}

/** The schemas of all parts of what has this schema. */
export function partsOf({ properties, additionalProperties, items }: Schema): readonly Schema[] {
  return [...properties.values(), additionalProperties, items].filter((each) => each !== undefined);
}

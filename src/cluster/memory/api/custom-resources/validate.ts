import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json } from '../json.ts';
import { combinationProblems } from './combinations.ts';
import { formatProblem, fractionProblems } from './formats.ts';
import { limitProblems } from './limits.ts';
import { duplicateElements } from './list-elements.ts';
import { below, partOf, type Part } from './map-parts.ts';
import { missing, unsupported, wrongType, type Problem } from './problems.ts';
import { OBJECT_FIELDS, schemaOfField, type Schema } from './schema.ts';

/**
 * What about a value is not as its schema says, in the words of a real API server. Parts that are the same as before are not looked at:
 * what is stored stays valid, whatever has become of the schema.
 *
 * @see https://github.com/kubernetes/kube-openapi/tree/master/pkg/validation/validate
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
 */
export function schemaProblems(part: Part): readonly Problem[] {
  if (part.value === part.before) return [];
  if (part.value === null && part.schema.nullable) return [];
  const problems = ownProblems(part);
  const bySchema = (schema: Schema): readonly Problem[] =>
    schemaProblems({ ...part, before: undefined, schema });
  return [...problems, ...partProblems(part), ...combinationProblems(part.schema, part.path, bySchema)];
}

function ownProblems({ value, schema, path }: Part): readonly Problem[] {
  const type = typeProblems(value, schema, path);
  const choices = schema.limits.enum;
  const choice =
    choices === undefined || choices.some((each) => isDeepStrictEqual(each, value))
      ? []
      : [unsupported(path, value, choices)];
  if (type.length > 0) return [...type, ...choice];
  return [...choice, ...formatProblem(value, schema, path), ...limitProblems(value, schema.limits, path)];
}

function typeProblems(value: unknown, schema: Schema, path: string): readonly Problem[] {
  const found = typeOf(value);
  if (schema.isIntOrString) {
    return found === 'integer' || found === 'string' ? [] : [wrongType(path, found, 'integer,string')];
  }
  if (
    schema.type === undefined ||
    found === schema.type ||
    (found === 'integer' && schema.type === 'number')
  ) {
    return [];
  }
  if (schema.type === 'integer' && typeof value === 'number') return fractionProblems(schema, path);
  return [wrongType(path, found, schema.type)];
}

// Beyond, Go reads a number as one with a fraction.
const INT64 = 2 ** 63;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) && Math.abs(Number(value)) < INT64 ? 'integer' : typeof value;
}

function partProblems(part: Part): readonly Problem[] {
  const { value, schema, path, before } = part;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    const old: readonly unknown[] = Array.isArray(before) ? before : [];
    const found = value.flatMap((item: unknown, index) =>
      schemaProblems({ value: item, before: old[index], schema: items, path: `${path}[${index}]` }),
    );
    return [...found, ...duplicateElements(value, schema, path)];
  }
  return isJsonObject(value) ? fieldProblems(value, part) : [];
}

function fieldProblems(value: Json, { schema, path, before }: Part): readonly Problem[] {
  const required =
    schema.isEmbeddedResource && path !== '' ? [...schema.required, 'apiVersion', 'kind'] : schema.required;
  const absent = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => missing(below(path, name)));
  const found = Object.keys(value).flatMap((name) => {
    const field = schemaOfField(schema, name);
    if (field === undefined || (schema.isEmbeddedResource && OBJECT_FIELDS.has(name))) return [];
    return schemaProblems({
      value: value[name],
      before: partOf(before, name),
      schema: field,
      path: below(path, name),
    });
  });
  return [...absent, ...found];
}

import { fieldsOf, itemsOf, textOf, type Json } from '../json.ts';
import { customFields, type FieldSchema } from '../list-keys.ts';
import { badRequest } from '../refusals.ts';
import type { RawObject, Resource, WriteOptions } from '../types.ts';
import { applyDefaults } from './defaults.ts';
import { fieldSchemaOf } from './field-schema.ts';
import type { Part } from './map-parts.ts';
import { areBlocking, refusal, RULES_NOT_CHECKED, type Problem } from './problems.ts';
import { pruneUnknown } from './prune.ts';
import { hasRules, ruleProblems } from './rules.ts';
import { asObjectSchema, parseSchema, type Schema } from './schema.ts';
import { schemaProblems } from './validate.ts';

/** A kind of object that a CustomResourceDefinition defines, in the version in which it is stored. */
export interface CustomResource {
  readonly resource: Resource;
  /** What `kubectl get` shows of it, as the definition says. */
  readonly columns: readonly PrinterColumn[];
  /** How its fields are merged and owned. */
  readonly fields: FieldSchema;
  /**
   * An object as it is to be stored: without fields that the schema does not know and with default values. What is the same as before
   * is not looked at.
   *
   * @throws StatusError 422 if it is not as the schema and its rules say, 400 if it has unknown fields and the validation is strict
   */
  prepare(
    object: RawObject,
    before: RawObject | undefined,
    options: Pick<WriteOptions, 'fieldValidation'>,
  ): RawObject;
}

/** @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  /** Above 0: only shown in the wide form. */
  readonly priority?: number;
}

/** Reads a CustomResourceDefinition that is in order. */
export function defineCustomResource(definition: RawObject): CustomResource {
  const spec = fieldsOf(definition['spec']);
  const version =
    itemsOf(spec['versions'])
      .map(fieldsOf)
      .find((each) => each['storage'] === true) ?? {};
  const resource = resourceOf(spec, version);
  const parsed = parseSchema(fieldsOf(version['schema'])['openAPIV3Schema']);
  const schema = asObjectSchema(parsed);
  return {
    resource,
    columns: itemsOf(version['additionalPrinterColumns']) as readonly PrinterColumn[],
    fields: customFields(fieldSchemaOf(schema)),
    prepare: preparation(resource, schema),
  };
}

function preparation(resource: Resource, schema: Schema): CustomResource['prepare'] {
  const isRuled = hasRules(schema);
  return (object, before, { fieldValidation }) => {
    const part = (value: unknown): Part => ({ value, before, schema, path: '' });
    const unknown: string[] = [];
    const known = pruneUnknown(part(object), (path) => unknown.push(path));
    if (fieldValidation === 'Strict' && unknown.length > 0) throw unknownFields(resource, unknown);
    const complete = part(applyDefaults(part(known)));
    const problems = allProblems(complete, isRuled);
    if (problems.length > 0) throw refusal(resource, object.metadata.name, problems);
    return complete.value as RawObject;
  };
}

function allProblems(part: Part, isRuled: boolean): readonly Problem[] {
  const problems = schemaProblems(part);
  if (!isRuled) return problems;
  return [...problems, ...(areBlocking(problems) ? [RULES_NOT_CHECKED] : ruleProblems(part))];
}

function unknownFields({ kind, version }: Resource, paths: readonly string[]): Error {
  const list = paths.toSorted().map((path) => `unknown field ${JSON.stringify(path)}`);
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${list.join(', ')}`,
  );
}

function resourceOf(spec: Json, version: Json): Resource {
  const names = fieldsOf(spec['names']);
  const kind = textOf(names['kind']);
  return {
    group: textOf(spec['group']),
    version: textOf(version['name']),
    kind,
    listKind: textOf(names['listKind']) || `${kind}List`,
    plural: textOf(names['plural']),
    singular: textOf(names['singular']) || kind.toLowerCase(),
    shortNames: itemsOf(names['shortNames']) as readonly string[],
    categories: itemsOf(names['categories']) as readonly string[],
    namespaced: spec['scope'] === 'Namespaced',
    hasStatus: fieldsOf(version['subresources'])['status'] !== undefined,
  };
}

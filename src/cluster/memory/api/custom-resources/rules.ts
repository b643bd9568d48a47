import type { CelInput } from '@bufbuild/cel';
import { isJsonObject } from '../json.ts';
import { compileExpression } from './expressions.ts';
import { expressionValue } from './expression-values.ts';
import { identityOf } from './list-elements.ts';
import { below, partOf, type Part } from './map-parts.ts';
import { invalidField, type Problem, type Reason } from './problems.ts';
import { partsOf, schemaOfField, type RuleSpec, type Schema } from './schema.ts';

/** Whether there are rules anywhere in a schema. */
export function hasRules(schema: Schema): boolean {
  return schema.rules.length > 0 || partsOf(schema).some(hasRules);
}

/**
 * Which of a schema's `x-kubernetes-validations` do not hold, at every depth. Of parts that are the same as before they are known to hold.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export function ruleProblems(part: Part): readonly Problem[] {
  const { value, before, schema, path } = part;
  if (value === before || value === null) return [];
  const own = schema.rules.flatMap((rule) => problemOf(rule, part) ?? []);
  if (Array.isArray(value)) return [...own, ...itemProblems(value, part)];
  if (!isJsonObject(value)) return own;
  const inFields = Object.keys(value).flatMap((name) => {
    const field = schemaOfField(schema, name);
    if (field === undefined) return [];
    return ruleProblems({
      value: value[name],
      before: partOf(before, name),
      schema: field,
      path: below(path, name),
    });
  });
  return [...own, ...inFields];
}

function itemProblems(value: readonly unknown[], { before, schema, path }: Part): readonly Problem[] {
  const { items } = schema;
  if (items === undefined) return [];
  const old: readonly unknown[] = Array.isArray(before) ? before : [];
  return value.flatMap((item, index) =>
    ruleProblems({
      value: item,
      before: oldItem(item, old, schema),
      schema: items,
      path: `${path}[${index}]`,
    }),
  );
}

/** Only in lists by key it is known which element an element was before. */
function oldItem(item: unknown, old: readonly unknown[], schema: Schema): unknown {
  if (schema.listType !== 'map') return undefined;
  const identity = JSON.stringify(identityOf(item, schema));
  return old.find((each) => JSON.stringify(identityOf(each, schema)) === identity);
}

function problemOf(rule: RuleSpec, part: Part): Problem | undefined {
  const expression = compileExpression(rule.rule);
  const isNew = part.before === undefined || part.before === null;
  // A rule about the change, where there was nothing to change.
  if (isNew && expression.usesOldSelf && rule.optionalOldSelf !== true) return undefined;
  const variables = variablesFor(rule, part, isNew);
  const result = expression.evaluate(variables);
  if ('error' in result) {
    const message = `${result.error} evaluating rule: ${rule.message ?? rule.rule}`;
    return invalidField(part.path, part.schema.type ?? 'object', message);
  }
  return result.value === true ? undefined : broken(rule, part, messageOf(rule, variables));
}

type Variables = Readonly<Record<string, CelInput>>;

function variablesFor(rule: RuleSpec, { value, before, schema }: Part, isNew: boolean): Variables {
  const self = expressionValue(value, schema);
  if (rule.optionalOldSelf === true) return { self, oldSelf: isNew ? [] : [expressionValue(before, schema)] };
  return isNew ? { self } : { self, oldSelf: expressionValue(before, schema) };
}

function messageOf(rule: RuleSpec, variables: Variables): string {
  const fixed = rule.message ?? `failed rule: ${rule.rule.trim()}`;
  if (rule.messageExpression === undefined) return fixed;
  const result = compileExpression(rule.messageExpression).evaluate(variables);
  const text = 'error' in result ? undefined : result.value;
  return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text : fixed;
}

function broken({ reason, fieldPath }: RuleSpec, { value, path }: Part, message: string): Problem {
  const field = path + pathSuffix(fieldPath ?? '');
  const shown = typeof value === 'object' ? '' : `: ${JSON.stringify(value)}`;
  const texts: Partial<Record<Reason, string>> = {
    FieldValueRequired: `Required value: ${message}`,
    FieldValueForbidden: `Forbidden: ${message}`,
    FieldValueDuplicate: `Duplicate value${shown}`,
  };
  const known = (reason ?? 'FieldValueInvalid') as Reason;
  const text = texts[known];
  return {
    field,
    reason: text === undefined ? 'FieldValueInvalid' : known,
    message: text ?? `Invalid value${shown}: ${message}`,
  };
}

/** `.a['b']` as it stands in a message: `.a.b`. */
function pathSuffix(fieldPath: string): string {
  return fieldPath.replaceAll(/\['([^']*)'\]/g, '.$1');
}

import { StatusError } from '../status-error.ts';
import type { Resource } from '../types.ts';

/** What is wrong with a field of an object. */
export interface Problem {
  readonly field: string;
  readonly reason: Reason;
  readonly message: string;
}

export type Reason =
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueRequired'
  | 'FieldValueNotSupported'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden';

// Rules are written for objects that have the form that the schema says: these problems say that this one has not.
const BLOCKING: ReadonlySet<Reason> = new Set([
  'FieldValueTypeInvalid',
  'FieldValueRequired',
  'FieldValueNotSupported',
  'FieldValueTooLong',
  'FieldValueTooMany',
]);

/** Whether the object is so wrong that its rules are not checked. */
export function areBlocking(problems: readonly Problem[]): boolean {
  return problems.some(({ reason }) => BLOCKING.has(reason));
}

/** Where the real API server names no field. */
const NO_FIELD = '<nil>';

export const RULES_NOT_CHECKED: Problem = {
  field: NO_FIELD,
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

/** A problem that the API server reports for no field in particular. */
export function generalProblem(message: string): Problem {
  return { field: NO_FIELD, reason: 'FieldValueInvalid', message: `Invalid value: "": ${message}` };
}

export function invalidField(field: string, value: unknown, message: string): Problem {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
  };
}

export function wrongType(field: string, found: string, wanted: string): Problem {
  return {
    field,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${JSON.stringify(found)}: ${field} in body must be of type ${wanted}: ${JSON.stringify(found)}`,
  };
}

export function missing(field: string): Problem {
  return { field, reason: 'FieldValueRequired', message: 'Required value' };
}

export function unsupported(field: string, value: unknown, supported: readonly unknown[]): Problem {
  const list = supported.map((each) =>
    JSON.stringify(typeof each === 'string' ? each : JSON.stringify(each)),
  );
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list.join(', ')}`;
  return { field, reason: 'FieldValueNotSupported', message };
}

export function tooLong(field: string, most: number): Problem {
  return { field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${most} bytes` };
}

export function tooMany(field: string, count: number, most: number): Problem {
  return {
    field,
    reason: 'FieldValueTooMany',
    message: `Too many: ${count}: must have at most ${most} items`,
  };
}

export function duplicate(field: string, value: unknown): Problem {
  return { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}` };
}

/** 422 with all that is wrong with an object. */
export function refusal({ group, kind }: Resource, name: string, problems: readonly Problem[]): StatusError {
  const sentences = problems.map(({ field, message }) => `${field}: ${message}`);
  const all = sentences.length === 1 ? sentences.join() : `[${sentences.join(', ')}]`;
  const causes = problems.map(({ reason, message, field }) => ({ reason, message, field }));
  return new StatusError(422, 'Invalid', `${kind}.${group} "${name}" is invalid: ${all}`, {
    name,
    group,
    kind,
    causes,
  });
}

import { fieldsOf, itemsOf, type Json } from './json.ts';
import type { RawObject } from './types.ts';

/** The condition of a type in an object's status, if it has one. */
export function conditionOf(object: RawObject, type: string): Json | undefined {
  const conditions = itemsOf(fieldsOf(object['status'])['conditions']).map(fieldsOf);
  return conditions.find((condition) => condition['type'] === type);
}

/** The object with a condition in its status set, in the place of the one of its type or else at the end. */
export function withCondition(object: RawObject, condition: Json & { readonly type: string }): RawObject {
  const status = fieldsOf(object['status']);
  const conditions = itemsOf(status['conditions']).map(fieldsOf);
  const at = conditions.findIndex(({ type }) => type === condition.type);
  const next = at < 0 ? [...conditions, condition] : conditions.with(at, condition);
  return { ...object, status: { ...status, conditions: next } };
}

import type { LabelSelector, Requirement } from '../../../kubernetes/label-selector.ts';
import { fieldsOf, isJsonObject, itemsOf, textOf } from './json.ts';

/**
 * The label selector that stands in an object, as `{ matchLabels, matchExpressions }`. An empty one selects everything.
 *
 * @returns undefined if there is none, or if it cannot be understood: either selects nothing
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
 */
export function selectorOfObject(selector: unknown): LabelSelector | undefined {
  if (!isJsonObject(selector)) return undefined;
  const equal = Object.entries(fieldsOf(selector['matchLabels'])).map(([key, value]): Requirement => ({
    key,
    operator: 'in',
    values: [textOf(value)],
  }));
  const others = itemsOf(selector['matchExpressions']).map((expression) =>
    requirementOf(fieldsOf(expression)),
  );
  const known = others.filter((requirement) => requirement !== undefined);
  return known.length === others.length ? [...equal, ...known] : undefined;
}

function requirementOf(expression: Readonly<Record<string, unknown>>): Requirement | undefined {
  const key = textOf(expression['key']);
  const values = itemsOf(expression['values']).map(textOf);
  switch (expression['operator']) {
    case 'In':
      return { key, operator: 'in', values };
    case 'NotIn':
      return { key, operator: 'notIn', values };
    case 'Exists':
      return { key, operator: 'exists' };
    case 'DoesNotExist':
      return { key, operator: 'doesNotExist' };
    default:
      return undefined;
  }
}

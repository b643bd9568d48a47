import type { LabelSelector, Requirement } from '../../kubernetes/label-selector.ts';

/** A label selector as people write it. */
export function formatSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement(requirement: Requirement): string {
  const { key, operator } = requirement;
  switch (operator) {
    case 'exists':
      return key;
    case 'doesNotExist':
      return `!${key}`;
    case 'greaterThan':
      return `${key}>${requirement.value}`;
    case 'lessThan':
      return `${key}<${requirement.value}`;
    default:
      return formatSet(key, operator, requirement.values);
  }
}

function formatSet(key: string, operator: 'in' | 'notIn', values: readonly string[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return `${key}${operator === 'in' ? '=' : '!='}${only}`;
  return `${key} ${operator === 'in' ? 'in' : 'notin'} (${values.join(',')})`;
}

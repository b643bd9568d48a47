import type { Requirement } from '../../../kubernetes/label-selector.ts';
import { fieldsOf, textOf } from '../api/json.ts';
import { selectorOfObject } from '../api/label-selector-object.ts';

/** A selector that stands in an object, as one would type it: `app=web,tier in (a,b)`. Empty if it selects everything or nothing. */
export function selectorText(selector: unknown): string {
  const requirements = [...(selectorOfObject(selector) ?? [])];
  return requirements
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(requirementText)
    .join(',');
}

/** Labels, or a selector that is nothing but labels: `app=web,tier=front`. */
export function labelsText(labels: unknown): string {
  return Object.entries(fieldsOf(labels))
    .map(([key, value]) => `${key}=${textOf(value)}`)
    .sort()
    .join(',');
}

function requirementText(requirement: Requirement): string {
  const { key } = requirement;
  switch (requirement.operator) {
    case 'in':
      return requirement.values.length === 1
        ? `${key}=${requirement.values.join()}`
        : `${key} in ${set(requirement)}`;
    case 'notIn':
      return `${key} notin ${set(requirement)}`;
    case 'exists':
      return key;
    case 'doesNotExist':
      return `!${key}`;
    case 'greaterThan':
      return `${key}>${requirement.value}`;
    case 'lessThan':
      return `${key}<${requirement.value}`;
  }
}

function set({ values }: { readonly values: readonly string[] }): string {
  return `(${[...values].sort().join(',')})`;
}

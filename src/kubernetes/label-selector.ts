import { lookUp } from './objects.ts';
import type { StringMap } from './objects.ts';

/** A parsed label selector: a pod matches if it meets every requirement; none at all means that everything matches. */
export type LabelSelector = readonly Requirement[];

export type Requirement =
  | { readonly key: string; readonly operator: 'in' | 'notIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'exists' | 'doesNotExist' }
  | { readonly key: string; readonly operator: 'greaterThan' | 'lessThan'; readonly value: number };

/**
 * Whether labels meet every requirement of a selector. As in Kubernetes, an object without the key meets `!=` and `notin`.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function matchesLabels(selector: LabelSelector, labels: StringMap | undefined): boolean {
  return selector.every((requirement) => isMet(requirement, lookUp(labels, requirement.key)));
}

function isMet(requirement: Requirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case 'notIn':
      return value === undefined || !requirement.values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'doesNotExist':
      return value === undefined;
    case 'greaterThan':
      return compare(value, requirement.value) > 0;
    case 'lessThan':
      return compare(value, requirement.value) < 0;
  }
}

const LARGEST_INT64 = 2n ** 63n - 1n;

/** Above zero if the value is the larger one; NaN, which meets nothing, if it is no number that Kubernetes would read. */
function compare(value: string | undefined, wanted: number): number {
  if (value === undefined || !/^[0-9]+$/.test(value) || BigInt(value) > LARGEST_INT64) return NaN;
  return Number(value) - wanted;
}

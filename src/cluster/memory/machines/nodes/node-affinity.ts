import { matchesLabels } from '../../../../kubernetes/label-selector.ts';
import type { LabelSelector, Requirement } from '../../../../kubernetes/label-selector.ts';
import type { NodeObject, NodeSelectorTerm, PodSpec, SelectorRequirement } from '../objects.ts';

type Matcher = (node: NodeObject) => boolean;

interface Term {
  readonly labels: LabelSelector;
  readonly fields: LabelSelector;
}

const matchers = new WeakMap<PodSpec, Matcher>();

/**
 * Whether a node is one of those that a pod may run on, by its nodeSelector and its required node affinity.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
 */
export function fitsNodeAffinity(spec: PodSpec, node: NodeObject): boolean {
  let matcher = matchers.get(spec);
  if (matcher === undefined) matchers.set(spec, (matcher = matcherOf(spec)));
  return matcher(node);
}

function matcherOf({ nodeSelector, affinity }: PodSpec): Matcher {
  const selector = Object.entries(nodeSelector ?? {}).map(([key, value]): Requirement => ({
    key,
    operator: 'in',
    values: [value],
  }));
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms.filter((term) => !isEmpty(term)).map(termOf);
  return ({ metadata }) =>
    matchesLabels(selector, metadata.labels) &&
    (terms === undefined ||
      terms.some(
        ({ labels, fields }) =>
          matchesLabels(labels, metadata.labels) && matchesLabels(fields, { 'metadata.name': metadata.name }),
      ));
}

/** A term that requires nothing selects nothing. */
function isEmpty({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  return matchExpressions.length === 0 && matchFields.length === 0;
}

function termOf({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): Term {
  return { labels: matchExpressions.map(requirementOf), fields: matchFields.map(requirementOf) };
}

function requirementOf({ key, operator, values = [] }: SelectorRequirement): Requirement {
  switch (operator) {
    case 'NotIn':
      return { key, operator: 'notIn', values };
    case 'Exists':
      return { key, operator: 'exists' };
    case 'DoesNotExist':
      return { key, operator: 'doesNotExist' };
    case 'Gt':
      return { key, operator: 'greaterThan', value: Number(values[0]) };
    case 'Lt':
      return { key, operator: 'lessThan', value: Number(values[0]) };
    default:
      return { key, operator: 'in', values };
  }
}

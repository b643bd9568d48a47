import { matchesLabels } from '../../../kubernetes/label-selector.ts';
import type { Collection } from './collection.ts';
import { conditionOf, withCondition } from './conditions.ts';
import { fieldsOf, numberOf, textOf } from './json.ts';
import { selectorOfObject } from './label-selector-object.ts';
import { forbidden } from './refusals.ts';
import { filterOf } from './selection.ts';
import { StatusError } from './status-error.ts';
import type { RawObject } from './types.ts';

/** The disruption budgets that a pod takes part in. */
export function budgetsOf(pod: RawObject, budgets: Collection): readonly RawObject[] {
  const { namespace, labels } = pod.metadata;
  const all = budgets.list(filterOf(namespace === undefined ? {} : { namespace }, budgets.kind.fieldLabels));
  return all.filter((budget) => {
    const selector = selectorOfObject(fieldsOf(budget['spec'])['selector']);
    return selector !== undefined && matchesLabels(selector, labels);
  });
}

const MOST_DISRUPTED_PODS = 2000;

/**
 * The budget after one of its pods was evicted.
 *
 * @param time now, as in metadata
 * @throws StatusError 429 if it does not allow that
 */
export function takeDisruption(budget: RawObject, pod: string, time: string): RawObject {
  const status = fieldsOf(budget['status']);
  const { name, generation = 0 } = budget.metadata;
  if (numberOf(status['observedGeneration']) < generation) {
    throw refusal(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const allowed = numberOf(status['disruptionsAllowed']);
  const disruptedPods = fieldsOf(status['disruptedPods']);
  if (allowed < 0) throw forbidden(BUDGET, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MOST_DISRUPTED_PODS) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden(BUDGET, name, why);
  }
  if (allowed === 0) throw refusal(whyNone(budget), 0);
  const taken: RawObject = {
    ...budget,
    status: { ...status, disruptionsAllowed: allowed - 1, disruptedPods: { ...disruptedPods, [pod]: time } },
  };
  return allowed > 1 ? taken : withCondition(taken, exhausted(taken, time));
}

const BUDGET = { group: 'policy', plural: 'poddisruptionbudget' };

function refusal(cause: string, retryAfterSeconds: number): StatusError {
  return new StatusError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      causes: [{ reason: 'DisruptionBudget', message: cause }],
      ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    },
  );
}

function whyNone(budget: RawObject): string {
  const { name } = budget.metadata;
  const status = fieldsOf(budget['status']);
  const [desired, current] = [numberOf(status['desiredHealthy']), numberOf(status['currentHealthy'])];
  const condition = conditionOf(budget, 'DisruptionAllowed');
  const reason = textOf(condition?.['reason']);
  const message = condition?.['status'] === 'False' ? textOf(condition['message']) : '';
  if (message !== '' && reason === 'SyncFailed') {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${message}`;
  }
  if (current <= desired) {
    return `The disruption budget ${name} needs ${desired} healthy pods and has ${current} currently`;
  }
  const why = message === '' ? '' : ` (${reason}): ${message}`;
  return `The disruption budget ${name} does not allow evicting pods currently${why}`;
}

function exhausted(
  budget: RawObject,
  time: string,
): Readonly<Record<string, unknown>> & { readonly type: string } {
  const old = conditionOf(budget, 'DisruptionAllowed');
  return {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'InsufficientPods',
    message: '',
    observedGeneration: numberOf(fieldsOf(budget['status'])['observedGeneration']),
    lastTransitionTime: old?.['status'] === 'False' ? old['lastTransitionTime'] : time,
  };
}

import type { ObjectRef } from '../../../kubernetes/objects.ts';
import type { Clock } from '../../clock.ts';
import type { Collection } from './collection.ts';
import { conditionOf, withCondition } from './conditions.ts';
import { checkPreconditions, type Deleter } from './deletion.ts';
import { budgetsOf, takeDisruption } from './disruption-budgets.ts';
import { fieldsOf, numberOf, textOf } from './json.ts';
import { timestamp } from './object-metadata.ts';
import { notFound } from './refusals.ts';
import { StatusError } from './status-error.ts';
import type { Store } from './store.ts';
import type { Deletion, RawObject } from './types.ts';
import type { Writer } from './writer.ts';

/**
 * Evicts pods as far as their disruption budgets allow.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/storage/eviction.go
 */
export class Evictor {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #deleter: Deleter;

  constructor({ store, clock, writer, deleter }: EvictorOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#writer = writer;
    this.#deleter = deleter;
  }

  /** @throws StatusError 404, 409 if a precondition does not hold, 429 if a budget does not allow it, 500 if there are several */
  evict(ref: ObjectRef, deletion: Deletion): void {
    const pods = this.#store.collection(PODS);
    const pod = pods.get(ref);
    if (pod === undefined) throw notFound(pods.kind.resource, ref.name);
    if (!isBeyondBudgets(pod)) this.#askBudget(pod, deletion);
    this.#delete(pods, pod, deletion);
  }

  #askBudget(pod: RawObject, deletion: Deletion): void {
    const budgets = this.#store.collection(BUDGETS);
    const [budget, another] = budgetsOf(pod, budgets);
    if (another !== undefined) throw severalBudgets();
    if (budget === undefined || isUnreadyAndAllowed(pod, budget)) return;
    const time = timestamp(this.#clock.now());
    const wanted = takeDisruption(budget, pod.metadata.name, time);
    if (deletion.dryRun !== true) this.#writer.replace(budgets, { before: budget, wanted }, BY_SERVER);
  }

  #delete(pods: Collection, pod: RawObject, deletion: Deletion): void {
    checkPreconditions(pods.kind.resource, pod, deletion.preconditions);
    if (deletion.dryRun !== true) {
      const wanted = withCondition(pod, disruptionTarget(pod, timestamp(this.#clock.now())));
      // Nobody is said to own the condition.
      this.#writer.replace(pods, { before: pod, wanted, recorded: true }, BY_SERVER);
    }
    const { preconditions, ...rest } = deletion;
    this.#deleter.delete(pods, pod.metadata, rest);
  }
}

export interface EvictorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly writer: Writer;
  readonly deleter: Deleter;
}

const PODS = { group: '', plural: 'pods' };
const BUDGETS = { group: 'policy', plural: 'poddisruptionbudgets' };
const BY_SERVER = { fieldManager: 'kube-apiserver', subresource: 'status' } as const;

/** What has ended, has not begun or is ending already takes part in no budget. */
function isBeyondBudgets(pod: RawObject): boolean {
  const phase = textOf(fieldsOf(pod['status'])['phase']);
  return pod.metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed', 'Pending'].includes(phase);
}

/**
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
 */
function isUnreadyAndAllowed(pod: RawObject, budget: RawObject): boolean {
  if (conditionOf(pod, 'Ready')?.['status'] === 'True') return false;
  if (fieldsOf(budget['spec'])['unhealthyPodEvictionPolicy'] === 'AlwaysAllow') return true;
  const status = fieldsOf(budget['status']);
  const desired = numberOf(status['desiredHealthy']);
  return desired > 0 && numberOf(status['currentHealthy']) >= desired;
}

function disruptionTarget(
  pod: RawObject,
  time: string,
): Readonly<Record<string, unknown>> & { readonly type: string } {
  const old = conditionOf(pod, 'DisruptionTarget');
  return {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: old?.['status'] === 'True' ? old['lastTransitionTime'] : time,
  };
}

function severalBudgets(): StatusError {
  const message =
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
  // The real one gives no reason.
  return new StatusError(500, '', message);
}

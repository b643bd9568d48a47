import { keyOf } from '../../../object-cache.ts';
import { latest } from '../changes.ts';
import type { Change, Changes } from '../changes.ts';
import { withCondition } from '../conditions.ts';
import { timestamp } from '../context.ts';
import type { Context } from '../context.ts';
import { Groups } from '../groups.ts';
import type { Condition, Pod, PodDisruptionBudget } from '../objects.ts';
import { isTerminating } from '../pods/pod-facts.ts';
import { POD_DISRUPTION_BUDGETS, PODS } from '../resources.ts';
import { selects } from '../selectors.ts';
import { WorkQueue } from '../work-queue.ts';
import { writeStatus } from '../writes.ts';
import { BudgetMembers } from './budget-members.ts';
import { expectedOf } from './expected-pods.ts';
import type { Expected } from './expected-pods.ts';

/**
 * For how long a pod whose eviction was allowed is believed to be about to go.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/disruption/disruption.go DeletionTimeout
 */
const DELETION_TIMEOUT = 2 * 60_000;

/** Works out how many evictions each PodDisruptionBudget allows; the API server counts down from there. */
export class DisruptionController {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #budgets = new Groups<PodDisruptionBudget>(({ metadata }) => metadata.namespace);
  readonly #members = new Map<string, BudgetMembers>();

  constructor(context: Context, changes: Changes) {
    this.#context = context;
    this.queue = new WorkQueue(context, context.delays.controller, (key) => {
      this.#sync(key);
    });
    changes.of<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS, (change) => {
      this.#budgets.update(change);
      this.#heardOfBudget(change);
    });
    changes.of<Pod>(PODS, (change) => {
      this.#heardOfPod(change);
    });
  }

  #heardOfBudget({ before, after }: Change<PodDisruptionBudget>): void {
    if (after === undefined) {
      this.#members.delete(keyOf(before.metadata));
      return;
    }
    const key = keyOf(after.metadata);
    if (before?.spec?.selector !== after.spec?.selector || before === undefined) {
      this.#members.set(key, this.#membersOf(after));
    }
    this.queue.add(key);
  }

  #heardOfPod(change: Change<Pod>): void {
    const { name, namespace = '' } = latest(change).metadata;
    const { after } = change;
    for (const [key, { spec }] of this.#budgets.get(namespace)) {
      const members = this.#members.get(key);
      if (members === undefined || (!isRelabelled(change) && !members.has(name))) continue;
      const isMember = selects(spec?.selector, after?.metadata.labels);
      if (members.set(name, isMember ? after : undefined)) this.queue.add(key);
    }
  }

  #membersOf({ metadata, spec }: PodDisruptionBudget): BudgetMembers {
    const members = new BudgetMembers();
    const { namespace = '' } = metadata;
    for (const pod of this.#context.api.list(PODS, { namespace })) {
      if (selects(spec?.selector, pod.metadata.labels)) members.set(pod.metadata.name, pod);
    }
    return members;
  }

  #sync(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const budget = this.#context.api.find(POD_DISRUPTION_BUDGETS, { namespace, name }) as
      PodDisruptionBudget | undefined;
    const members = this.#members.get(key);
    if (budget === undefined || members === undefined) return;
    const expected = expectedOf(this.#context.api, budget, members);
    if (typeof expected === 'string') {
      this.#failSafe(budget, expected);
      return;
    }
    const disruptedPods = this.#disruptedPods(budget, members);
    const currentHealthy = members.healthy(Object.keys(disruptedPods));
    // Where there should be no pods at all, the first ones to come must not be evicted before they were counted.
    const spare = expected.expectedPods > 0 ? currentHealthy - expected.desiredHealthy : 0;
    this.#report(
      budget,
      { ...expected, currentHealthy, disruptionsAllowed: Math.max(spare, 0) },
      disruptedPods,
    );
    this.#recheck(key, disruptedPods);
  }

  #report(
    budget: PodDisruptionBudget,
    counts: Expected & { readonly currentHealthy: number; readonly disruptionsAllowed: number },
    disruptedPods: Readonly<Record<string, string>>,
  ): void {
    const { disruptedPods: _, ...status } = budget.status ?? {};
    writeStatus(this.#context, POD_DISRUPTION_BUDGETS, budget, {
      ...status,
      ...counts,
      observedGeneration: budget.metadata.generation ?? 0,
      ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
      conditions: this.#conditions(
        budget,
        counts.disruptionsAllowed > 0
          ? { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }
          : { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' },
      ),
    });
  }

  /** Those that were to be evicted, are not being deleted yet, and may still be. */
  #disruptedPods({ status }: PodDisruptionBudget, members: BudgetMembers): Readonly<Record<string, string>> {
    const now = this.#context.api.clock.now();
    const pending = Object.entries(status?.disruptedPods ?? {}).filter(([name, time]) => {
      const pod = members.get(name);
      return pod !== undefined && !isTerminating(pod) && Date.parse(time) + DELETION_TIMEOUT >= now;
    });
    return Object.fromEntries(pending);
  }

  #recheck(key: string, disruptedPods: Readonly<Record<string, string>>): void {
    const times = Object.values(disruptedPods).map((time) => Date.parse(time));
    if (times.length === 0) return;
    // Their times are whole seconds: look again when the last of that second is over.
    this.queue.add(key, Math.min(...times) + DELETION_TIMEOUT + 1000 - this.#context.api.clock.now());
  }

  /** What cannot be worked out allows nothing. */
  #failSafe(budget: PodDisruptionBudget, message: string): void {
    writeStatus(this.#context, POD_DISRUPTION_BUDGETS, budget, {
      ...budget.status,
      disruptionsAllowed: 0,
      conditions: this.#conditions(budget, {
        type: 'DisruptionAllowed',
        status: 'False',
        reason: 'SyncFailed',
        message,
      }),
    });
  }

  #conditions({ metadata, status }: PodDisruptionBudget, condition: Condition): readonly Condition[] {
    const observed = { ...condition, observedGeneration: metadata.generation ?? 0 };
    return withCondition(status?.conditions, observed, timestamp(this.#context.api.clock));
  }
}

/** Whether a pod may now be one for other budgets than before. */
function isRelabelled({ before, after }: Change<Pod>): boolean {
  return before?.metadata.labels !== after?.metadata.labels;
}

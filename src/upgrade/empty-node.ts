import { DRAIN_START_ANNOTATION } from '../contract/keys.ts';
import type { DrainPolicy } from '../contract/upgrade-policy.ts';
import type { Leaving, Reason, RefusedPod } from '../reasons/index.ts';
import type { Action } from './actions.ts';
import { deadline, endOf } from './deadline.ts';
import { drainVerdict, type DrainVerdict } from './drain-rules.ts';
import { fail, wait, type Outcome } from './phases/phase.ts';
import { isStuck, ownedPod, stuckFrom, terminatingPod } from './pods.ts';
import type { Context, NodeView, WorkloadPod } from './view.ts';

/**
 * Empties a node of the pods that the policy drains, by eviction only. A pod has left when it is gone, by UID; one that has
 * come to an end but still exists has not.
 *
 * @returns undefined once the node is empty, as far as `view.workload` knows
 */
export function emptyNode(policy: DrainPolicy, view: NodeView, context: Context): Outcome | undefined {
  if (view.workload === undefined) {
    return wait({ code: 'reading-pods', toSee: 'pods' }, { workload: 'watched' });
  }
  const judged = view.workload.pods.map((pod) => ({ pod, verdict: drainVerdict(pod, policy) }));
  const pods = judged.flatMap(refusedPod);
  if (pods.length > 0) return fail({ code: 'drain-refused', pods });
  const leaving = judged.filter(({ verdict }) => verdict === 'evict').map(({ pod }) => pod);
  return leaving.length === 0 ? undefined : evict(leaving, policy, view, context);
}

function evict(
  leaving: readonly WorkloadPod[],
  policy: DrainPolicy,
  view: NodeView,
  context: Context,
): Outcome {
  const limit = deadline(view, context, DRAIN_START_ANNOTATION, policy.timeoutSeconds);
  const left = whatIsLeft(leaving, context.now, endOf(limit));
  const overdue: Reason = { code: 'drain-timeout', ...left, timeoutSeconds: policy.timeoutSeconds };
  if (limit.kind === 'over') return fail(overdue);
  const asked = leaving.filter((pod) => !pod.terminating);
  const due = asked.filter((pod) => nextAttempt(pod) <= context.now);
  const actions: Action[] = due.map((pod) => ({ kind: 'evict', pod }));
  if (limit.kind === 'unset') actions.push(limit.action);
  const times = asked.filter((pod) => !due.includes(pod)).map(nextAttempt);
  if (limit.kind === 'running') times.push(limit.at);
  const nextStuck = leaving.flatMap((pod) => stuckFrom(pod) ?? []).filter((at) => at > context.now);
  times.push(...nextStuck);
  return wait(reasonFor(left, asked, view), {
    actions,
    workload: 'watched',
    ...(times.length === 0 ? {} : { wakeAt: Math.min(...times) }),
  });
}

/** A pod whose eviction was accepted is seen to terminate soon after. If it is not for this long, in milliseconds, it is asked for again. */
const ACCEPTED_FOR = 15_000;

/**
 * When to ask (again) for a pod's eviction. A budget that refuses may allow it as soon as another pod is Ready, so the first
 * tries follow closely; kubectl's 5 seconds are the most.
 */
function nextAttempt({ eviction }: WorkloadPod): number {
  if (eviction === undefined) return -Infinity;
  if (eviction.result === 'accepted') return eviction.at + ACCEPTED_FOR;
  return eviction.at + Math.min(1000 * 2 ** (eviction.attempts - 1), 5000);
}

const REFUSALS: Readonly<Partial<Record<DrainVerdict, RefusedPod['why']>>> = {
  'refuse-unowned': 'unowned',
  'refuse-empty-dir': 'empty-dir',
};

function refusedPod({ pod, verdict }: { pod: WorkloadPod; verdict: DrainVerdict }): readonly RefusedPod[] {
  const why = REFUSALS[verdict];
  return why === undefined ? [] : [{ ...ownedPod(pod), why }];
}

/** Evictions that are refused, pods that should be gone, and those that are on their way. */
function whatIsLeft(pods: readonly WorkloadPod[], now: number, limit: number | undefined): Leaving {
  const blocked = pods.filter((pod) => isBlocked(pod));
  const stuck = pods.filter((pod) => isStuck(pod, now));
  return {
    blocked: blocked.map((pod) => ({
      ...ownedPod(pod),
      budget: pod.eviction?.budget,
      says: pod.eviction?.message ?? '',
    })),
    stuck: stuck.map(terminatingPod),
    leaving: pods
      .filter((pod) => !blocked.includes(pod) && !stuck.includes(pod))
      .map(({ namespace, name }) => ({ namespace, name })),
    deadline: limit,
  };
}

/** What a person can do something about comes first. */
function reasonFor(left: Leaving, asked: readonly WorkloadPod[], { node }: NodeView): Reason {
  if (left.blocked.length > 0) {
    const nextAttemptAt = Math.min(...asked.filter((pod) => isBlocked(pod)).map(nextAttempt));
    return { code: 'eviction-blocked', ...left, nextAttemptAt };
  }
  return left.stuck.length > 0
    ? { code: 'pods-stuck-terminating', ...left, nodeReady: node.notReadySince === undefined }
    : { code: 'pods-leaving', ...left };
}

const isBlocked = ({ terminating, eviction }: WorkloadPod): boolean =>
  !terminating && eviction !== undefined && eviction.result !== 'accepted';

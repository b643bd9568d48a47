import { DRAIN_START_ANNOTATION } from '../contract/keys.ts';
import type { DrainPolicy } from '../contract/upgrade-policy.ts';
import type { Action } from './actions.ts';
import { deadline } from './deadline.ts';
import { drainVerdict, type DrainVerdict } from './drain-rules.ts';
import { fail, wait, type Outcome } from './phases/phase.ts';
import { listNames, type Reason } from './reasons.ts';
import type { Context, NodeView, WorkloadPod } from './view.ts';

/**
 * Empties a node of the pods that the policy drains, by eviction only. A pod has left when it is gone, by UID; one that has
 * come to an end but still exists has not.
 *
 * @returns undefined once the node is empty, as far as `view.workload` knows
 */
export function emptyNode(policy: DrainPolicy, view: NodeView, context: Context): Outcome | undefined {
  if (view.workload === undefined) {
    return wait({ code: 'reading-pods', message: 'Reading the pods on the node' }, { workload: 'watched' });
  }
  const judged = view.workload.pods.map((pod) => ({ pod, verdict: drainVerdict(pod, policy) }));
  const refused = judged.filter(({ verdict }) => REFUSALS.has(verdict));
  if (refused.length > 0) return fail('drain-refused', refusal(refused));
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
  if (limit.kind === 'over') return fail('drain-timeout', overdue(leaving, policy));
  const asked = leaving.filter((pod) => !pod.terminating);
  const due = asked.filter((pod) => nextAttempt(pod) <= context.now);
  const actions: Action[] = due.map((pod) => ({ kind: 'evict', pod }));
  if (limit.kind === 'unset') actions.push(limit.action);
  const times = asked.filter((pod) => !due.includes(pod)).map(nextAttempt);
  if (limit.kind === 'running') times.push(limit.at);
  return wait(reasonFor(leaving), {
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

const REFUSALS: ReadonlySet<DrainVerdict> = new Set(['refuse-unowned', 'refuse-empty-dir']);

const nameOf = ({ namespace, name }: WorkloadPod): string => `${namespace}/${name}`;

function refusal(refused: readonly { pod: WorkloadPod; verdict: DrainVerdict }[]): string {
  const unowned = refused.filter(({ verdict }) => verdict === 'refuse-unowned').map(({ pod }) => nameOf(pod));
  const local = refused.filter(({ verdict }) => verdict === 'refuse-empty-dir').map(({ pod }) => nameOf(pod));
  return [
    ...(unowned.length === 0
      ? []
      : [
          `pod(s) that no controller would bring back elsewhere: ${listNames(unowned)}; delete them, or set drain.force: true`,
        ]),
    ...(local.length === 0
      ? []
      : [
          `pod(s) with emptyDir volumes, whose data would be lost: ${listNames(local)}; delete them, or set drain.deleteEmptyDir: true`,
        ]),
  ]
    .map((part) => `The node cannot be drained because of ${part}`)
    .join('. ');
}

function overdue(leaving: readonly WorkloadPod[], { timeoutSeconds }: DrainPolicy): string {
  return `The node could not be drained within ${timeoutSeconds} s. ${describe(leaving)}. Remove them, then delete the driver pod`;
}

function reasonFor(leaving: readonly WorkloadPod[]): Reason {
  const blocked = leaving.some((pod) => isBlocked(pod));
  return { code: blocked ? 'eviction-blocked' : 'pods-leaving', message: describe(leaving) };
}

const isBlocked = ({ terminating, eviction }: WorkloadPod): boolean =>
  !terminating && eviction !== undefined && eviction.result !== 'accepted';

/** Blocked pods first: they are the ones that a person can do something about. */
function describe(leaving: readonly WorkloadPod[]): string {
  const blocked = leaving.filter((pod) => isBlocked(pod));
  const others = leaving.filter((pod) => !isBlocked(pod));
  return [
    ...blocked
      .slice(0, 2)
      .map((pod) => `Eviction of ${nameOf(pod)} is refused: ${pod.eviction?.message ?? ''}`),
    ...(blocked.length > 2 ? [`${blocked.length - 2} more evictions are refused`] : []),
    ...(others.length === 0
      ? []
      : [`Waiting for ${others.length} pod(s) to be gone: ${listNames(others.map(nameOf))}`]),
  ].join('. ');
}

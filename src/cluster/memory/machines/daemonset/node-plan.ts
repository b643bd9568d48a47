import { lookUp } from '../../../../kubernetes/objects.ts';
import type { Pod } from '../objects.ts';
import { byAge, isBound, isReady, isTerminal, isTerminating } from '../pods/pod-facts.ts';
import { REVISION_HASH_LABEL } from '../workloads/revisions.ts';
import type { Placement } from './placement.ts';

/** What there is of a DaemonSet on one node. */
export interface NodeFacts {
  readonly desired: boolean;
  readonly current: boolean;
  readonly misscheduled: boolean;
  readonly ready: boolean;
  readonly updated: boolean;
  /** What a rolling update makes of the node. */
  readonly rollout: Rollout;
}

export type Rollout =
  /** There is nothing to update, and nothing to wait for. */
  | 'none'
  /** Without an available pod, which will come by itself. */
  | 'unavailable'
  /** Has an old pod, whose end would not make things worse. */
  | 'outdated-unavailable'
  /** Has an old pod that works. */
  | 'outdated';

/** What to do about a DaemonSet's pods on one node. */
export interface NodePlan {
  readonly create: boolean;
  readonly remove: readonly Pod[];
  /** Failed pods, which are not removed at any pace. */
  readonly failed: readonly Pod[];
}

/**
 * Which pods a node lacks and which it has too many of. A pod that is being deleted still keeps the next one from being made.
 *
 * @param pods the DaemonSet's on that node
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/daemon/daemon_controller.go podsShouldBeOnNode
 */
export function planFor({ shouldRun, shouldContinueRunning }: Placement, pods: readonly Pod[]): NodePlan {
  const staying = pods.filter((pod) => !isTerminating(pod));
  if (!shouldContinueRunning) return { create: false, remove: staying, failed: [] };
  const ended = staying.filter((pod) => pod.status?.phase === 'Succeeded');
  const surplus = staying.filter((pod) => !isTerminal(pod)).slice(1);
  return {
    create: shouldRun && pods.length === 0,
    remove: [...ended, ...surplus],
    failed: staying.filter((pod) => pod.status?.phase === 'Failed'),
  };
}

/** @param hash of the DaemonSet's newest revision */
export function factsOf({ shouldRun }: Placement, pods: readonly Pod[], hash: string): NodeFacts {
  const [oldest] = pods;
  const counted = shouldRun ? oldest : undefined;
  return {
    desired: shouldRun,
    current: counted !== undefined,
    misscheduled: !shouldRun && oldest !== undefined,
    ready: counted !== undefined && isReady(counted),
    updated: counted !== undefined && isUpdated(counted, hash),
    rollout: shouldRun || oldest !== undefined ? rolloutOf(pods, hash) : 'none',
  };
}

/** @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/daemon/update.go rollingUpdate */
function rolloutOf(pods: readonly Pod[], hash: string): Rollout {
  const staying = pods.filter((pod) => !isTerminating(pod));
  const [pod] = staying;
  if (pod === undefined || staying.length > 1) return 'unavailable';
  if (isUpdated(pod, hash)) return isReady(pod) ? 'none' : 'unavailable';
  return isReady(pod) ? 'outdated' : 'outdated-unavailable';
}

function isUpdated({ metadata }: Pod, hash: string): boolean {
  return lookUp(metadata.labels, REVISION_HASH_LABEL) === hash;
}

/** Bound before unbound, old before new: the first one is the one that stays. */
export function bySeniority(a: Pod, b: Pod): number {
  return Number(isBound(b)) - Number(isBound(a)) || byAge(a, b);
}

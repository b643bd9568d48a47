import { accuse, type Check } from '../check.ts';
import { mustBeDrainedFirst } from '../drained-pods.ts';
import type { Change, SeenPod } from '../seen.ts';

/**
 * Pods leave a node by eviction only, never by delete. Without an audit log, a pod's own mark from the eviction API tells: a pod
 * that is deleted without it while its node is drained was deleted by the operator, or by somebody who did not announce it.
 */
export const evictedOnly: Check = {
  pod: (change, { scene, excused }) => {
    const pod = deletedUnevicted(change);
    if (pod?.nodeName === undefined || !mustBeDrainedFirst(pod, scene.policy)) return [];
    if (scene.nodes.get(pod.nodeName)?.state !== 'drain-required') return [];
    if (excused(pod.nodeName, 'workload-deletion')) return [];
    const budgets = [...scene.budgets.values()]
      .filter((budget) => budget.namespace === pod.namespace && budget.selector(pod.labels))
      .map(
        (budget) => `; PodDisruptionBudget ${budget.name} allowed ${budget.disruptionsAllowed} disruptions`,
      );
    const what = `${pod.namespace}/${pod.name} was deleted, not evicted, while the node was drained`;
    return accuse('pdb-respected', pod.nodeName, what + budgets.join(''));
  },
};

/** The pod, if this change begins its deletion, and the eviction API has not marked it. */
function deletedUnevicted({ before, after }: Change<SeenPod>): SeenPod | undefined {
  if (before === undefined || before.deleting || after?.deleting === false) return undefined;
  return (after ?? before).evicted ? undefined : before;
}

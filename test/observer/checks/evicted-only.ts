import { accuse, type Check } from '../check.ts';
import { mustBeDrainedFirst } from '../drained-pods.ts';

/**
 * Pods leave a node by eviction only, never by delete. Without an audit log, a pod's own mark from the eviction API tells: a pod
 * that is deleted without it while its node is drained was deleted by the operator, or by somebody who did not announce it.
 */
export const evictedOnly: Check = {
  pod: ({ before, after }, { scene, excused }) => {
    if (before?.nodeName === undefined || before.deleting || after?.deleting === false) return [];
    if ((after ?? before).evicted || !mustBeDrainedFirst(before, scene.policy)) return [];
    if (scene.nodes.get(before.nodeName)?.state !== 'drain-required') return [];
    if (excused(before.nodeName, 'workload-deletion')) return [];
    const budgets = [...scene.budgets.values()]
      .filter((budget) => budget.namespace === before.namespace && budget.selector(before.labels))
      .map(
        (budget) => `; PodDisruptionBudget ${budget.name} allowed ${budget.disruptionsAllowed} disruptions`,
      );
    const what = `${before.namespace}/${before.name} was deleted, not evicted, while the node was drained`;
    return accuse('pdb-respected', before.nodeName, what + budgets.join(''));
  },
};

import { accuse, type Check, type Context } from '../check.ts';
import { mayBeDrained } from '../drained-pods.ts';
import { isBeingEmptied } from '../scene.ts';
import type { SeenPod } from '../seen.ts';

/**
 * The upgrade evicts a pod only where the policy drains it, and only off a node that is being emptied. Asked only where it is known
 * whose eviction it was.
 */
export const noNeedlessEviction: Check = {
  pod: ({ before, after, by }, context) => {
    if (by !== 'operator' || before?.nodeName === undefined || before.evicted) return [];
    // A pod that had not been started, or has ended, goes at once and leaves no mark.
    if (after?.evicted === false) return [];
    return context.scene.nodes.has(before.nodeName) && !before.driver
      ? needless(before, before.nodeName, context)
      : [];
  },
};

function needless(pod: SeenPod, node: string, context: Context): ReturnType<typeof accuse> {
  const { scene, now, tolerance } = context;
  const lately = scene.policiesLately(now, tolerance.watchMs);
  const who = `${pod.namespace}/${pod.name} was evicted`;
  if (!mayBeDrained(pod, scene.policy)) {
    const race = lately.some((policy) => mayBeDrained(pod, policy));
    return accuse('no-needless-eviction', node, `${who}, which the policy does not drain`, race);
  }
  const state = scene.nodes.get(node)?.state ?? 'none';
  if (isBeingEmptied(state)) return [];
  const race = now - (scene.leftEmptyingAt.get(node) ?? -Infinity) <= tolerance.watchMs + tolerance.readMs;
  return accuse('no-needless-eviction', node, `${who} from a node in ${state}`, race);
}

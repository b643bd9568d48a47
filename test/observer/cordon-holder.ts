import { isExternallyMaintained, isInProgress } from '../../src/contract/states.ts';
import type { Change, SeenNode } from './seen.ts';

/**
 * On whose behalf a node is cordoned. `unclear`: a cordon that says nothing, as when a person drains a failed node to repair it,
 * or another operator maintains it; whatever becomes of it is right.
 */
export type CordonHolder = 'nobody' | 'person' | 'upgrade' | 'unclear';

/**
 * The upgrade cordons in the very write that takes the node out of `cordon-required`. Every other cordon is a person's.
 */
export function nextCordonHolder(current: CordonHolder, { before, after }: Change<SeenNode>): CordonHolder {
  if (after?.unschedulable !== true) return 'nobody';
  if (before === undefined) return holderAtFirstSight(after);
  if (before.unschedulable) return current;
  if (before.state === 'cordon-required' && after.state !== 'cordon-required') return 'upgrade';
  return before.state === 'upgrade-failed' || isExternallyMaintained(before.state) ? 'unclear' : 'person';
}

/** Of a node that was cordoned before the observation began, only its own marks tell whose cordon it is. */
function holderAtFirstSight(node: SeenNode): CordonHolder {
  if (node.initiallyUnschedulable) return 'person';
  if (isExternallyMaintained(node.state)) return 'unclear';
  const midway = isInProgress(node.state) && node.state !== 'cordon-required';
  return midway || node.state === 'upgrade-failed' || node.failedBefore ? 'upgrade' : 'person';
}

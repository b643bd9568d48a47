import { isExternallyMaintained, isInProgress, type NodeState } from '../contract/states.ts';
import type { Change, SeenNode } from './seen.ts';

/**
 * On whose behalf a node is cordoned. `unclear`: a cordon that says nothing, as when a person drains a failed node to repair it,
 * or another operator maintains it; whatever becomes of it is right.
 */
export type CordonHolder = 'nobody' | 'person' | 'upgrade' | 'unclear';

/**
 * The upgrade cordons in the very write that takes the node out of `cordon-required`; and it cordons again a node that somebody has
 * uncordoned in the middle, which tells from a person's cordon by who the API server says it was. Every other cordon is a person's.
 */
export function nextCordonHolder(
  current: CordonHolder,
  { before, after, by }: Change<SeenNode>,
): CordonHolder {
  if (after?.unschedulable !== true) return 'nobody';
  if (before === undefined) return holderAtFirstSight(after);
  if (before.unschedulable) return by === 'others' && saidOtherwise(before, after) ? 'unclear' : current;
  return by === 'operator' ? 'upgrade' : holderOfNewCordon(before, after, by === 'others');
}

/**
 * Whoever labels a node by hand as upgraded has said that it is to be left as it is; whoever labels it as being upgraded, that its
 * cordon is the upgrade's, unless the node itself or the API server's record says that it is not.
 */
function saidOtherwise(before: SeenNode, after: SeenNode): boolean {
  if (before.state === after.state) return false;
  if (after.state === 'upgrade-done') return true;
  const beingUpgraded = isInProgress(after.state) || after.state === 'upgrade-failed';
  return beingUpgraded && !after.cordonedByKubectl && !after.initiallyUnschedulable;
}

function holderOfNewCordon(before: SeenNode, after: SeenNode, othersDid: boolean): CordonHolder {
  if (!othersDid && isUpgradesCordon(before, after)) return 'upgrade';
  if (othersDid && isAmbiguous(before, after)) return 'unclear';
  return before.state === 'upgrade-failed' || isExternallyMaintained(before.state) ? 'unclear' : 'person';
}

function isUpgradesCordon(before: SeenNode, after: SeenNode): boolean {
  if (before.state === 'cordon-required') return after.state !== 'cordon-required';
  return isPastCordon(before.state) && before.state === after.state && !after.cordonedByKubectl;
}

/** The API server's record does not tell it from the cordon of another operator, in the same flow. */
function isAmbiguous(before: SeenNode, after: SeenNode): boolean {
  return !after.cordonedByKubectl && (isInProgress(before.state) || before.failedBefore);
}

/**
 * Of a node that was cordoned before the observation began, only its own marks and the API server's record tell whose cordon it is. An
 * operator that cordons in one write and goes on in the next leaves no mark in `cordon-required`.
 */
function holderAtFirstSight(node: SeenNode): CordonHolder {
  if (node.initiallyUnschedulable) return 'person';
  if (isExternallyMaintained(node.state)) return 'unclear';
  const failed = node.state === 'upgrade-failed' || node.failedBefore;
  if (node.cordonedByKubectl) return failed ? 'unclear' : 'person';
  if (node.state === 'cordon-required') return 'unclear';
  return isPastCordon(node.state) || failed ? 'upgrade' : 'person';
}

function isPastCordon(state: NodeState): boolean {
  return isInProgress(state) && state !== 'cordon-required' && !isExternallyMaintained(state);
}

import { isInProgress } from '../contract/states.ts';
import { hasFailedBefore, stateOf, wasCordonedBefore, type NodeView } from './view.ts';

/**
 * The rule "a node cordoned by a person stays cordoned" lives here, and nowhere else.
 *
 * Kubernetes does not say who cordoned a node. What can be known: the upgrade found it cordoned and noted so on the node; or the
 * API server's record of field managers names kubectl as the one who last set `spec.unschedulable`, which it does only by
 * cordoning (or draining) a node that was not cordoned at that moment. Everything else is the upgrade's own cordon. The same record
 * tells the upgrade its own cordon again on a node whose label somebody has removed or garbled.
 */
export function keepsCordon(view: NodeView): boolean {
  return wasCordonedBefore(view) || (view.node.unschedulable && view.node.cordonedByPerson);
}

/**
 * Whether a node that is about to enter the flow is cordoned by a person. It is so if it is cordoned at all, except where an earlier
 * try left its own cordon behind.
 */
export function isCordonedByPersonBeforeStart(view: NodeView): boolean {
  return view.node.unschedulable && !isCordonedByUpgrade(view);
}

/** Whether the node is cordoned, and by the upgrade: the cordon is ours to take back. */
export function isCordonedByUpgrade(view: NodeView): boolean {
  const state = stateOf(view);
  const pastCordon = (isInProgress(state) && state !== 'cordon-required') || state === 'upgrade-failed';
  return view.node.unschedulable && !keepsCordon(view) && (pastCordon || isLeftByEarlierTry(view));
}

/** An upgrade that ended well and left a cordon did so because it was told to: in `upgrade-done` the record proves nothing. */
function isLeftByEarlierTry(view: NodeView): boolean {
  return hasFailedBefore(view) || (view.node.cordonedByOperator && stateOf(view) !== 'upgrade-done');
}

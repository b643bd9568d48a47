import { isInProgress } from '../contract/states.ts';
import { hasFailedBefore, stateOf, wasCordonedBefore, type NodeView } from './view.ts';

/**
 * The rule "a node cordoned by a person stays cordoned" lives here, and nowhere else.
 *
 * Kubernetes does not say who cordoned a node. What can be known: the upgrade found it cordoned and noted so on the node; or the
 * API server's record of field managers names kubectl as the one who last set `spec.unschedulable`, which it does only by
 * cordoning (or draining) a node that was not cordoned at that moment. Everything else is the upgrade's own cordon.
 */
export function keepsCordon(view: NodeView): boolean {
  return wasCordonedBefore(view) || (view.node.unschedulable && view.node.cordonedByPerson);
}

/**
 * Whether a node that is about to enter the flow is cordoned by a person. It is so if it is cordoned at all, except where a failed
 * upgrade left its own cordon behind for the next try.
 */
export function isCordonedByPersonBeforeStart(view: NodeView): boolean {
  return view.node.unschedulable && !isCordonedByUpgrade(view);
}

/** Whether the node is cordoned, and by the upgrade: the cordon is ours to take back. */
export function isCordonedByUpgrade(view: NodeView): boolean {
  const state = stateOf(view);
  const pastCordon = (isInProgress(state) && state !== 'cordon-required') || state === 'upgrade-failed';
  return view.node.unschedulable && !keepsCordon(view) && (pastCordon || hasFailedBefore(view));
}

import { SAFE_LOAD_ANNOTATION } from '../contract/keys.ts';
import { isInProgress, type NodeState } from '../contract/states.ts';
import type { NodeChange } from './actions.ts';
import { isOutOfBounds, stateOf, type NodeView } from './view.ts';

/**
 * The writes after which there is no way back, told apart from all the others: those that make a node one more that is in progress,
 * those that let a driver load, and those that take a cordon away, which may be a person's by now. They are made only on the very
 * version of the node that was decided on.
 */
export function isCritical(from: NodeState, change: NodeChange): boolean {
  return takesSlot(from, change) || letsDriverLoad(change) || change.unschedulable === false;
}

/** Whether a write makes a node one more that is in progress. */
export function takesSlot(from: NodeState, { to }: NodeChange): boolean {
  return to !== undefined && to !== 'none' && isInProgress(to) && !isInProgress(from);
}

/** Whether the next write to a node can be one that takes a slot. */
export function waitsForSlot(view: NodeView): boolean {
  const state = stateOf(view);
  return (state === 'upgrade-required' || state === 'upgrade-failed') && !isOutOfBounds(view);
}

/** Whether a write lets a driver load that its init container holds back. With the step to another state, it only tidies up. */
function letsDriverLoad({ to, annotations = {} }: NodeChange): boolean {
  return to === undefined && annotations[SAFE_LOAD_ANNOTATION] === null;
}

import type { NodeState } from '../contract/states.ts';

/**
 * Which state may follow which, as the contract's table has it, so that a skipped state shows. Removal of the label is not in it:
 * that depends on whether the flow is on.
 *
 * `pod-deletion-required` is accepted as input only: nothing leads to it.
 */
const FOLLOWING: Readonly<Record<NodeState, readonly NodeState[]>> = {
  none: ['upgrade-done', 'upgrade-required'],
  'upgrade-done': ['upgrade-required'],
  'upgrade-required': ['cordon-required', 'upgrade-done', 'node-maintenance-required'],
  'cordon-required': ['wait-for-jobs-required'],
  'wait-for-jobs-required': ['drain-required'],
  'pod-deletion-required': ['drain-required'],
  'drain-required': ['pod-restart-required', 'upgrade-failed'],
  'node-maintenance-required': ['pod-restart-required', 'post-maintenance-required'],
  'post-maintenance-required': ['pod-restart-required', 'upgrade-done'],
  'pod-restart-required': ['validation-required', 'uncordon-required', 'upgrade-done', 'upgrade-failed'],
  'validation-required': ['uncordon-required', 'upgrade-done', 'upgrade-failed'],
  'uncordon-required': ['upgrade-done'],
  'upgrade-failed': ['uncordon-required', 'upgrade-done', 'upgrade-required'],
};

/** Whether a node's state may change so in one write. */
export function mayFollow(from: NodeState, to: NodeState): boolean {
  return FOLLOWING[from].includes(to);
}

/** The states that say that the driver pod is up to date and Ready, unless the node comes from another one that does. */
export function claimsUpdated(from: NodeState, to: NodeState): boolean {
  if (from === 'uncordon-required') return false;
  return to === 'uncordon-required' || to === 'validation-required' || to === 'upgrade-done';
}

import type { NodeState } from '../../contract/states.ts';

/**
 * The contract's table of states: where a node may go from each one. Besides these, a node on which no driver is wanted any more, or
 * whose flow is switched off, may go to none from everywhere.
 */
export const TRANSITIONS: Readonly<Record<NodeState, readonly NodeState[]>> = {
  none: ['upgrade-done', 'upgrade-required'],
  'upgrade-done': ['upgrade-required'],
  'upgrade-required': ['cordon-required', 'upgrade-done'],
  'cordon-required': ['wait-for-jobs-required'],
  'wait-for-jobs-required': ['drain-required'],
  'pod-deletion-required': ['drain-required'],
  'drain-required': ['pod-restart-required', 'upgrade-failed'],
  'pod-restart-required': ['uncordon-required', 'upgrade-done', 'upgrade-failed'],
  'validation-required': ['uncordon-required', 'upgrade-done', 'upgrade-failed'],
  'uncordon-required': ['upgrade-done'],
  'upgrade-failed': ['uncordon-required', 'upgrade-done', 'upgrade-required'],
  'node-maintenance-required': [],
  'post-maintenance-required': [],
};

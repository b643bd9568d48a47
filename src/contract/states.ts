/**
 * The upgrade states of a node, as they stand in its {@link STATE_LABEL} label. The order is that of the flow.
 *
 * @see docs/contract.md, "States"
 */
export const UPGRADE_STATES = [
  'upgrade-required',
  'cordon-required',
  'wait-for-jobs-required',
  'pod-deletion-required',
  'drain-required',
  'node-maintenance-required',
  'post-maintenance-required',
  'pod-restart-required',
  'validation-required',
  'uncordon-required',
  'upgrade-done',
  'upgrade-failed',
] as const;

export type UpgradeState = (typeof UPGRADE_STATES)[number];

/** A node's state as found: none if it has no label, or one that nobody knows. */
export type NodeState = UpgradeState | 'none';

const KNOWN: ReadonlySet<string> = new Set(UPGRADE_STATES);

/** Whether a label's value is one of the states. */
export function isKnownState(label: string): label is UpgradeState {
  return KNOWN.has(label);
}

/** Reads a label's value; an unknown one is treated as none. */
export function parseState(label: string | undefined): NodeState {
  return label !== undefined && isKnownState(label) ? label : 'none';
}

const RESTING: ReadonlySet<NodeState> = new Set<NodeState>([
  'none',
  'upgrade-done',
  'upgrade-required',
  'upgrade-failed',
]);

/**
 * Whether a node in this state is in the middle of its upgrade and so holds a parallel slot. It is so by its label alone,
 * whether or not its driver pod exists at the moment. A failed node holds none.
 */
export function isInProgress(state: NodeState): boolean {
  return !RESTING.has(state);
}

/** Whether an external maintenance operator is at work on a node in this state: nothing there is to be touched. */
export function isExternallyMaintained(state: NodeState): boolean {
  return state === 'node-maintenance-required' || state === 'post-maintenance-required';
}

import type { UpgradePolicy } from '../contract/upgrade-policy.ts';

/** What a limit may count: kept up to date with every change, never counted anew. */
export interface FleetCounts {
  /** Nodes in the middle of an upgrade, by their label, and those that have been granted a slot and whose label is being written. */
  readonly inProgress: number;
}

/** How many more nodes may be in progress as far as one rule is concerned; Infinity: it does not apply. May be negative. */
export type Limit = (counts: FleetCounts, policy: UpgradePolicy) => number;

const limits: readonly Limit[] = [
  ({ inProgress }, { maxParallelUpgrades }) =>
    maxParallelUpgrades === 0 ? Infinity : maxParallelUpgrades - inProgress,
];

/** How many more nodes may be in progress under every limit; never negative. */
export function freeSlots(counts: FleetCounts, policy: UpgradePolicy): number {
  return Math.max(0, Math.min(...limits.map((limit) => limit(counts, policy))));
}

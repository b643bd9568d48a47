import type { LabelSelector } from '../kubernetes/label-selector.ts';

/** `spec.ofedDriver.upgradePolicy` with its defaults filled in and its selectors parsed: what the upgrade core works with. */
export interface UpgradePolicy {
  /** The global switch: false means that every other option is ignored. */
  readonly autoUpgrade: boolean;
  /** No new node is started; those in progress finish. */
  readonly paused: boolean;
  /** Nodes upgraded at once; 0: no limit. */
  readonly maxParallelUpgrades: number;
  /** Cordon and drain a node before the driver first loads on it. */
  readonly safeLoad: boolean;
  /** The pods to wait for; undefined: nothing to wait for. */
  readonly waitForCompletion: WaitForCompletion | undefined;
  /** How to drain; undefined: nodes are not drained. */
  readonly drain: DrainPolicy | undefined;
}

export interface WaitForCompletion {
  readonly selector: LabelSelector;
  /** Then go on with the next step; 0: wait for ever. */
  readonly timeoutSeconds: number;
}

export interface DrainPolicy {
  /** Only these pods are drained. */
  readonly selector: LabelSelector;
  /** Also evict pods that no controller owns. */
  readonly force: boolean;
  /** Also evict pods with emptyDir volumes. */
  readonly deleteEmptyDir: boolean;
  /** Then the node fails; 0: drain for ever. */
  readonly timeoutSeconds: number;
}

import type { UpgradeState } from '../contract/states.ts';
import type { Reason } from '../reasons/index.ts';
import type { DriverPod, WorkloadPod } from './view.ts';

/** What is to be done about one node now. The shell does it; each kind is one request to the API server. */
export type Action =
  | { readonly kind: 'patch-node'; readonly change: NodeChange }
  | { readonly kind: 'evict'; readonly pod: WorkloadPod }
  | { readonly kind: 'restart-driver'; readonly pod: DriverPod };

/** One write to a node, made only if its state label is still the one on which the decision was based. */
export interface NodeChange {
  /** The new state; 'none' removes the label; absent: it stays. */
  readonly to?: UpgradeState | 'none';
  readonly unschedulable?: boolean;
  /** New values; null removes a key that is there. */
  readonly annotations?: Readonly<Record<string, string | null>>;
  /** What people are told once it is done. */
  readonly event?: Announcement;
  /** Why, where the node is held up or has failed: for logs and figures. */
  readonly reason?: Reason;
}

/** A Kubernetes Event. */
export interface Announcement {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** How well the other pods on the node have to be known before the next decision can be made. */
export type WorkloadNeed =
  | 'none'
  /** Read once, then kept current. */
  | 'watched'
  /** Read again now: what follows cannot be undone. */
  | 'fresh';

export interface Decision {
  readonly actions: readonly Action[];
  readonly workload: WorkloadNeed;
  /** Why the node is not done; undefined if nothing is wanted of it. */
  readonly reason: Reason | undefined;
  /** When to decide again even if nothing changes, in milliseconds since the epoch. */
  readonly wakeAt: number | undefined;
  /** What the node would do with a parallel slot, if it waits for one. Those that have been through it all already go first. */
  readonly wantsSlot: 'recover' | 'start' | undefined;
}

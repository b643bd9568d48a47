import type { UpgradeState } from '../../contract/states.ts';
import type { Action, Announcement, WorkloadNeed } from '../actions.ts';
import type { Reason } from '../../reasons/index.ts';
import type { Context, NodeView } from '../view.ts';

/** One step of an upgrade, the one that a node takes while its label says `state`. */
export interface Phase {
  readonly state: UpgradeState;
  /** What people are told when a node enters it. */
  readonly event: (view: NodeView, context: Context) => Announcement;
  /** Whether the node goes through it at all; absent: always. */
  readonly applies?: (view: NodeView, context: Context) => boolean;
  /** Annotations written together with the state label when a node enters it. */
  readonly notes?: (view: NodeView, context: Context) => Readonly<Record<string, string>>;
  /** What is to be done now. */
  readonly run: (view: NodeView, context: Context) => Outcome;
}

/** What a phase says of a node: through, not yet, or never. */
export type Outcome = Pass | Wait | { readonly kind: 'fail'; readonly reason: Reason };

export interface Pass {
  readonly kind: 'pass';
  /** Travels in the same write as the state that follows. */
  readonly unschedulable?: boolean;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

export interface Wait {
  readonly kind: 'wait';
  readonly reason: Reason;
  readonly actions?: readonly Action[];
  readonly workload?: WorkloadNeed;
  /** Milliseconds since the epoch. */
  readonly wakeAt?: number;
}

export const pass: Pass = { kind: 'pass' };

export function wait(reason: Reason, more: Omit<Wait, 'kind' | 'reason'> = {}): Wait {
  return { kind: 'wait', reason, ...more };
}

export function fail(reason: Reason): Outcome {
  return { kind: 'fail', reason };
}

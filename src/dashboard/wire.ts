import type { NextStep, Remedy, Severity } from '../reasons/index.ts';
import type { NodeState } from '../contract/states.ts';

/**
 * What the server tells the page. All times are in milliseconds since the epoch, by the operator's clock, unless they say otherwise.
 *
 * @see docs/dashboard.md
 */

/** Everything at one moment: `GET /api/fleet`, and the event `fleet` with which `GET /api/events` begins. */
export interface FleetSnapshot {
  readonly now: number;
  /** Since when this operator leads: how nodes came to where they were then is not known. */
  readonly seenSince: number;
  readonly rollout: RolloutRecord;
  readonly progress: readonly ProgressPoint[];
  readonly nodes: readonly NodeRecord[];
  /** What each reason is called, by its code. */
  readonly titles: Readonly<Record<string, string>>;
}

/** What has changed since: the event `change`. */
export interface FleetChange {
  readonly now: number;
  readonly rollout: RolloutRecord;
  readonly progress: readonly ProgressPoint[];
  readonly nodes: readonly NodeRecord[];
  /** Names of nodes that are no longer of any concern. */
  readonly gone: readonly string[];
}

/** One node, as far as it concerns everybody; {@link NodeStory} has the rest. */
export interface NodeRecord {
  readonly name: string;
  /** Empty: it has no such label. */
  readonly zone: string;
  /** Empty: it belongs to none. */
  readonly pool: string;
  readonly state: NodeState;
  /** Its driver is the one that is wanted, and Ready. */
  readonly upToDate: boolean;
  readonly cordoned: boolean;
  readonly notReady: boolean;
  /** What it waits for or has failed on; absent: for nothing. */
  readonly code?: string;
  readonly severity?: Severity;
  readonly since?: number;
  /** The states that it has been in during the present rollout, the first first; the last is the one that it is in. */
  readonly phases: readonly Phase[];
}

/** A state by its place in `UPGRADE_STATES`, and when it began, in milliseconds after {@link FleetSnapshot.seenSince}. */
export type Phase = readonly [state: number, at: number];

/** The policy, and the rollout as a whole. */
export interface RolloutRecord {
  /** Undefined: there is no policy. */
  readonly state?: string;
  /** What is the matter with the policy as a whole; empty: nothing. */
  readonly message: string;
  readonly version?: string;
  readonly autoUpgrade: boolean;
  /** No new node starts. */
  readonly paused: boolean;
  /** 0: any number. */
  readonly maxParallel: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly estimatedEnd?: number;
  readonly podsEvicted: number;
  readonly nodeSecondsOutOfService: number;
}

/** How many nodes there were in each kind of state at a time. */
export interface ProgressPoint {
  readonly at: number;
  readonly total: number;
  readonly done: number;
  readonly inProgress: number;
  readonly failed: number;
}

/** All that is to be told about one node: `GET /api/nodes/NAME`. */
export interface NodeStory {
  readonly now: number;
  readonly record: NodeRecord;
  readonly reason?: ReasonStory;
  readonly driverPods: readonly DriverPodStory[];
  /** Pods that have been asked to leave, or cannot be. */
  readonly leaving: readonly LeavingPod[];
  readonly cordonedBy: 'upgrade' | 'person' | 'nobody' | 'unknown';
  readonly skipped: boolean;
  readonly kernel?: string;
}

export interface ReasonStory {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly severity: Severity;
  readonly since: number;
  readonly remedy: Remedy;
  readonly next: readonly NextStep[];
}

export interface DriverPodStory {
  readonly namespace: string;
  readonly name: string;
  readonly says: string;
}

export interface LeavingPod {
  readonly namespace: string;
  readonly name: string;
  readonly owner?: string;
  readonly says: string;
}

/** Why there is nothing to be shown: the body of an answer that is not 200. */
export interface Refusal {
  readonly kind:
    | 'starting'
    | 'standby'
    | 'unauthenticated'
    | 'forbidden'
    | 'unavailable'
    | 'busy'
    | 'not-found'
    | 'bad-request';
  readonly message: string;
  /** Who leads, where this is a standby and knows. */
  readonly leader?: string;
}

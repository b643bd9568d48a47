/**
 * Why a node is not done: the closed list of reasons, each with what it is about. Only data: the words for people, and what can be done, come
 * from the catalogue, and from nowhere else. All times are in milliseconds since the epoch.
 */
export type Reason = { readonly [Code in ReasonCode]: ReasonOf<Code> }[ReasonCode];

export type ReasonCode = keyof ReasonData;

export type ReasonOf<Code extends ReasonCode> = { readonly code: Code } & ReasonData[Code];

interface ReasonData {
  // What passes by itself at once.
  /** Nothing is held up: the next step follows from what has been asked for already. */
  readonly 'in-progress': { readonly step: Step };
  readonly 'reading-pods': { readonly toSee: 'pods' | 'empty' | 'driver-ready' };

  // What keeps a node from starting.
  readonly slot: { readonly limit: number };
  /** Like `slot`, of a node that had failed and has come right: only its end is missing. */
  readonly 'recovered-waits-for-slot': { readonly limit: number };
  readonly paused: object;
  readonly skipped: object;
  readonly 'node-deleting': object;
  readonly 'node-not-ready': { readonly since: number } & NotReady;
  readonly 'external-maintenance': object;
  readonly 'orphaned-driver': { readonly pod: PodRef };
  readonly 'no-driver-pool': {
    readonly kernel: string | undefined;
    readonly missingLabels: readonly string[];
  };

  // What keeps a node from being emptied.
  readonly 'jobs-running': { readonly pods: readonly OwnedPod[]; readonly until: number | undefined };
  readonly 'pods-leaving': Leaving;
  readonly 'pods-stuck-terminating': Leaving & { readonly nodeReady: boolean };
  readonly 'eviction-blocked': Leaving & { readonly nextAttemptAt: number };
  readonly 'drain-refused': { readonly pods: readonly RefusedPod[] };
  readonly 'drain-timeout': Leaving & { readonly timeoutSeconds: number };

  // What keeps the driver from coming up.
  readonly 'driver-revision-unknown': { readonly daemonSet: PodRef | undefined };
  readonly 'driver-missing': { readonly daemonSet: PodRef | undefined };
  readonly 'driver-terminating': { readonly pod: TerminatingPod };
  readonly 'driver-stuck-terminating': { readonly pod: TerminatingPod; readonly nodeReady: boolean };
  readonly 'driver-unscheduled': { readonly pod: PodRef; readonly says: string };
  readonly 'driver-init-waiting': DriverContainer;
  readonly 'driver-starting': Partial<DriverContainer> & { readonly pod: PodRef };
  readonly 'driver-image': DriverContainer;
  readonly 'driver-crashing': DriverContainer & Crashes;
  readonly 'driver-init-failed': DriverContainer & Crashes;
  readonly 'driver-config': DriverContainer;
  readonly 'driver-pod-failed': { readonly pod: PodRef; readonly says: string };

  // What comes after.
  readonly failed: { readonly cause: Reason | ToldReason | undefined };
  readonly 'handing-back': object;
}

export type Step = 'next' | 'cordon-again' | 'restart-driver' | 'driver';

export type NotReady =
  | { readonly holds: 'start' }
  /** In the middle of its driver's restart; at `failsAt` it is given up. */
  | { readonly holds: 'restart'; readonly failsAt: number }
  | { readonly holds: 'given-up'; readonly afterSeconds: number };

/** An object in a namespace. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

export interface OwnedPod extends PodRef {
  /** The object that controls it, if one does: a Job, a ReplicaSet. */
  readonly owner: Owner | undefined;
}

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

export interface TerminatingPod extends PodRef {
  /** When its grace period is over; undefined: that is not known. */
  readonly graceEndsAt: number | undefined;
  /** What has to be done, by others, before the API server lets go of it. */
  readonly finalizers: readonly string[];
}

/** What is left on a node that is being emptied. */
export interface Leaving {
  /** Pods whose eviction was refused, or could not be asked for. */
  readonly blocked: readonly BlockedEviction[];
  /** Pods that should be gone by now. */
  readonly stuck: readonly TerminatingPod[];
  readonly leaving: readonly PodRef[];
  /** When the node fails unless it is empty; undefined: never. */
  readonly deadline: number | undefined;
}

export interface BlockedEviction extends OwnedPod {
  readonly budget: Budget | undefined;
  /** The API server's own words. */
  readonly says: string;
}

/** A PodDisruptionBudget in the pod's namespace, as far as the API server told of it. */
export interface Budget {
  readonly name: string;
  readonly needsHealthy?: number;
  readonly hasHealthy?: number;
}

export interface RefusedPod extends OwnedPod {
  readonly why: 'unowned' | 'empty-dir';
}

export interface DriverContainer {
  readonly pod: PodRef;
  readonly container: string;
  readonly image: string | undefined;
  /** The kubelet's own words; empty: it has said nothing. */
  readonly says: string;
}

export interface Crashes {
  readonly restarts: number;
  readonly exitCode: number | undefined;
}

/** A reason as it was read from a node: of its objects, only the words about them are left. */
export interface ToldReason {
  readonly told: true;
  readonly code: string;
  readonly message: string;
}

import type { UpgradePolicy } from '../contract/upgrade-policy.ts';
import {
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REQUESTED_ANNOTATION,
  REQUESTOR_MODE_ANNOTATION,
  SAFE_LOAD_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
} from '../contract/keys.ts';
import { isExternallyMaintained, parseState, type NodeState } from '../contract/states.ts';
import { lookUp, type StringMap } from '../kubernetes/objects.ts';
import type { Budget, PodRef } from '../reasons/index.ts';

/** All that a decision about one node may depend on, besides the policy and the time. */
export interface NodeView {
  readonly node: NodeFacts;
  readonly driver: DriverView;
  /** All pods on the node; undefined as long as they have not been read. */
  readonly workload: WorkloadView | undefined;
}

/** What is kept of a Node object. */
export interface NodeFacts {
  readonly name: string;
  readonly uid: string;
  /** Only the contract's keys. */
  readonly labels: StringMap;
  /** Only the contract's keys. */
  readonly annotations: StringMap;
  readonly unschedulable: boolean;
  /** The API server's record says that a person's `kubectl cordon` is what made the node unschedulable. */
  readonly cordonedByPerson: boolean;
  /** The API server's record says that this operator's own write is what made the node unschedulable. */
  readonly cordonedByOperator: boolean;
  /** Since when the node has not been Ready (milliseconds since the epoch); undefined while it is Ready. */
  readonly notReadySince: number | undefined;
  readonly deleting: boolean;
}

/** The driver on one node: what should be there, and the pods that are. */
export interface DriverView {
  /** A driver DaemonSet selects this node. */
  readonly expected: boolean;
  /** Which one. */
  readonly daemonSet?: PodRef;
  /**
   * The revision that this node's driver should be of: the hash of the DaemonSet's newest ControllerRevision. Undefined while the
   * DaemonSet's status has not caught up with its spec, for then nobody knows.
   */
  readonly wantedRevision: string | undefined;
  readonly pods: readonly DriverPod[];
}

export interface DriverPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Not owned by any DaemonSet. */
  readonly orphaned: boolean;
  readonly revision: string | undefined;
  /** What {@link revision} should be; undefined while that is not known. */
  readonly wantedRevision: string | undefined;
  readonly terminating: boolean;
  readonly ready: boolean;
  /** Why the pod cannot come up, if that is so. */
  readonly failure: DriverFailure | undefined;
  /** What it waits for on its way up, if that is known. */
  readonly waitsFor?: DriverWait;
  /** When its grace period is over, if it terminates (milliseconds since the epoch). */
  readonly graceEndsAt?: number;
  readonly finalizers?: readonly string[];
}

/** What a driver pod that is coming up waits for. */
export type DriverWait =
  | { readonly kind: 'scheduler'; readonly says: string }
  | {
      readonly kind: 'init' | 'container';
      readonly container: string;
      readonly image: string | undefined;
      /** The kubelet's own words; empty: it has said nothing. */
      readonly says: string;
    };

export interface DriverFailure {
  readonly kind: 'image-pull' | 'crash-loop' | 'init-failed' | 'config' | 'pod-failed';
  readonly container: string;
  /** The kubelet's own words. */
  readonly message: string;
  readonly image?: string;
  readonly restarts?: number;
  readonly exitCode?: number;
}

export interface WorkloadView {
  readonly pods: readonly WorkloadPod[];
  /**
   * When the read ended from which `pods` is known, on the clock of the decision's `now`; kept current by a watch since. -Infinity if
   * the node has been schedulable since that read began.
   */
  readonly asOf: number;
}

export interface WorkloadPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: StringMap;
  readonly phase: string;
  readonly terminating: boolean;
  readonly ready: boolean;
  /** The kind of the owner that controls it, if one does. */
  readonly controllerKind: string | undefined;
  readonly controllerName?: string;
  /** When its grace period is over, if it terminates (milliseconds since the epoch). */
  readonly graceEndsAt?: number;
  readonly finalizers?: readonly string[];
  /** A static pod's mirror: it cannot be evicted. */
  readonly mirror: boolean;
  readonly emptyDir: boolean;
  /** What came of asking for its eviction, if that has been done. */
  readonly eviction: EvictionAttempt | undefined;
}

export interface EvictionAttempt {
  readonly attempts: number;
  /** When the last answer came, on the clock of the decision's `now`. */
  readonly at: number;
  readonly result: 'accepted' | 'blocked' | 'error';
  /** What the API server said. */
  readonly message: string;
  /** Which budget refused it, if the API server said so. */
  readonly budget?: Budget;
}

/** The policy of a flow that is on, and what every decision needs to know besides one node. */
export interface Context {
  readonly policy: UpgradePolicy;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const isTrue = (value: string | undefined): boolean => value === 'true';

export const stateOf = (view: NodeView): NodeState => parseState(lookUp(view.node.labels, STATE_LABEL));

/** No driver, no state, nothing asked for: most nodes of a cluster without NICs. */
export const isNobodysConcern = (view: NodeView): boolean =>
  stateOf(view) === 'none' && !view.driver.expected && view.driver.pods.length === 0;

export const annotationOf = (view: NodeView, key: string): string | undefined =>
  lookUp(view.node.annotations, key);

/** The driver pod's init container holds the driver back until somebody removes the annotation. */
export const waitsForSafeLoad = (view: NodeView): boolean =>
  annotationOf(view, SAFE_LOAD_ANNOTATION) !== undefined;

/** A person asks for this node to be upgraded. */
export const isRequested = (view: NodeView): boolean => isTrue(annotationOf(view, REQUESTED_ANNOTATION));

export const isSkipped = (view: NodeView): boolean => isTrue(lookUp(view.node.labels, SKIP_LABEL));

/** Somebody else does the maintenance of this node: nothing on it is to be touched. */
export const isOutOfBounds = (view: NodeView): boolean =>
  isExternallyMaintained(stateOf(view)) || annotationOf(view, REQUESTOR_MODE_ANNOTATION) !== undefined;

/** The node's last upgrade failed, and it has not been handed back since: its cordon is the upgrade's. */
export const hasFailedBefore = (view: NodeView): boolean =>
  annotationOf(view, FAILED_REVISION_ANNOTATION) !== undefined;

/** The upgrade found the node cordoned, so it leaves it cordoned. */
export const wasCordonedBefore = (view: NodeView): boolean =>
  annotationOf(view, INITIALLY_UNSCHEDULABLE_ANNOTATION) !== undefined;

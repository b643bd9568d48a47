import type { NodeState } from '../contract/states.ts';
import type { StringMap } from '../kubernetes/objects.ts';
import type { Selector } from './selector.ts';

/** What the observer keeps of an object: only what the invariants speak of. */
export type Seen = SeenNode | SeenPod | SeenDaemonSet | SeenRevision | SeenBudget | SeenPolicy;

interface SeenObject {
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface SeenNode extends SeenObject {
  readonly kind: 'Node';
  readonly labels: StringMap;
  readonly state: NodeState;
  readonly unschedulable: boolean;
  /** Whether the API server's record of who set which field says that the cordon is kubectl's, and so a person's. */
  readonly cordonedByKubectl: boolean;
  /** Value of the safe-load annotation. */
  readonly safeLoad: string | undefined;
  /** Whether the node says of itself that it was cordoned before its upgrade began. */
  readonly initiallyUnschedulable: boolean;
  /** Whether the node says of itself that its last upgrade failed, and so that the upgrade holds its cordon. */
  readonly failedBefore: boolean;
  /** Whether no upgrade may ever be started here. */
  readonly skip: boolean;
  /** Since when it waits for its jobs, as the node itself says, in milliseconds since the Unix epoch. */
  readonly waitingSince?: number | undefined;
  /** Why it waits or has failed, as the node itself says. */
  readonly reason: string | undefined;
}

export interface SeenPod extends SeenObject {
  readonly kind: 'Pod';
  readonly labels: StringMap;
  readonly nodeName: string | undefined;
  readonly phase: string;
  readonly ready: boolean;
  readonly deleting: boolean;
  readonly driver: boolean;
  /** From which revision of its DaemonSet it was made. */
  readonly revision: string | undefined;
  readonly controller: { readonly kind: string; readonly uid: string } | undefined;
  /** A static pod's image in the API; only its kubelet can remove the pod. */
  readonly mirror: boolean;
  /** Whether the eviction API marked it before it was deleted. */
  readonly evicted: boolean;
}

export interface SeenDaemonSet extends SeenObject {
  readonly kind: 'DaemonSet';
  readonly deleting: boolean;
  /** Whether its controller has yet to take up what it says: until then nobody knows its newest revision. */
  readonly unobserved: boolean;
  readonly nodeSelector: StringMap;
}

export interface SeenRevision extends SeenObject {
  readonly kind: 'ControllerRevision';
  readonly hash: string;
  readonly revision: number;
  readonly daemonSetUid: string | undefined;
}

export interface SeenBudget extends SeenObject {
  readonly kind: 'PodDisruptionBudget';
  readonly selector: Selector;
  readonly disruptionsAllowed: number;
}

export interface SeenPolicy extends SeenObject {
  readonly kind: 'NicClusterPolicy';
  readonly version: string;
  readonly autoUpgrade: boolean;
  readonly safeLoad: boolean;
  /** 0: no limit. */
  readonly maxParallelUpgrades: number;
  /** Which pods are drained; undefined: draining is off. */
  readonly drained: Selector | undefined;
  /** Which pods are waited for, and for how many milliseconds, Infinity: for ever; undefined: for none. */
  readonly awaited?: { readonly selector: Selector; readonly timeoutMs: number } | undefined;
}

/** Something that happened to one object, at one resourceVersion. */
export interface ObservedEvent {
  /** The etcd revision: one order over all resources of an API server. */
  readonly rv: number;
  /** Milliseconds since the Unix epoch, when the observer heard of it. */
  readonly time: number;
  /** `existing`: it was so when the observation began, so nobody is to be blamed for it. */
  readonly type: 'existing' | 'changed' | 'gone';
  readonly object: Seen;
  /** Whose deed it was, where that is known for certain; who is not the operator breaks no promise of the operator's. */
  readonly by?: Author;
}

export type Author = 'operator' | 'others';

/** An event with what the object was before it. */
export interface Change<T extends Seen> {
  readonly rv: number;
  readonly time: number;
  readonly by?: Author | undefined;
  /** Absent: first seen. */
  readonly before: T | undefined;
  /** Absent: gone. */
  readonly after: T | undefined;
}

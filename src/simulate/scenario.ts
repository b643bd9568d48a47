import type { NodeState } from '../contract/states.ts';

/**
 * A run before it is run: plain data, all of it from one seed. What happens in the run depends on this and on nothing else, so that a
 * scenario with something taken out can be run again to see whether it still goes wrong.
 */
export interface Scenario {
  readonly seed: number;
  readonly nodes: readonly NodePlan[];
  readonly workloads: readonly WorkloadPlan[];
  readonly policy: PolicyPlan;
  /** How many processes of the operator there are; one leads. */
  readonly replicas: number;
  /** Milliseconds that a driver takes to load. */
  readonly driverLoad: number;
  /** What nature and people do, in order of time. */
  readonly incidents: readonly Incident[];
  /** When the operator's calls and watches go wrong, and how. */
  readonly faults: readonly FaultBurst[];
  /** What people do when all has come to its end: nothing, or they begin another rollout and call it off in the middle. */
  readonly ending: Ending;
}

export type Ending =
  | { readonly kind: 'none' }
  /** Nor is it looked how calm it all stays: for many runs that are much alike. */
  | { readonly kind: 'short' }
  /** `after` milliseconds of the last rollout. */
  | { readonly kind: 'off' | 'delete-policy'; readonly after: number };

export interface NodePlan {
  readonly name: string;
  readonly kernel: string;
  /** False: it has no NVIDIA NIC. */
  readonly nic: boolean;
  /** A person has cordoned it before all else. */
  readonly cordoned: boolean;
  readonly skip: boolean;
}

export interface WorkloadPlan {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'Job' | 'DaemonSet' | 'Pod' | 'StaticPod';
  readonly replicas: number;
  /** The upgrade is to wait for it. */
  readonly job: boolean;
  readonly emptyDir: boolean;
  readonly skipDrain: boolean;
  /** Milliseconds that its image takes to be pulled: so long its pods are Pending. */
  readonly pull: number;
  /** Milliseconds that its pods take to stop. */
  readonly stop: number;
  /** Milliseconds that its pods run; 0: for ever. */
  readonly run: number;
  /** Of its PodDisruptionBudget; undefined: it has none. */
  readonly maxUnavailable: number | undefined;
  /** For a pod of no controller. */
  readonly node: string | undefined;
}

/** `spec.ofedDriver.upgradePolicy`, whole. */
export interface PolicyPlan {
  readonly version: string;
  readonly autoUpgrade: boolean;
  readonly maxParallelUpgrades: number;
  readonly safeLoad: boolean;
  readonly waitForCompletion: { readonly podSelector: string; readonly timeoutSeconds: number };
  readonly drain:
    | {
        readonly enable: boolean;
        readonly force: boolean;
        readonly podSelector: string;
        readonly timeoutSeconds: number;
        readonly deleteEmptyDir: boolean;
      }
    | undefined;
}

/** In place of a node's name: the one whose state it waits for; or the first that is in the middle of its upgrade, if any is. */
export const BUSY_NODE = '@busy';

/** Something that happens once; `at` in milliseconds from the start. */
export type Incident = { readonly at: number; readonly when?: Moment } & Happening;

/** Not at that time, but when the next node, from then on, has been in a state for so many milliseconds. */
export interface Moment {
  readonly state: NodeState;
  readonly after: number;
}

export type Happening =
  // People change their minds.
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'policy'; readonly change: Partial<PolicyPlan> }
  | { readonly kind: 'delete-policy'; readonly forMs: number }
  // People at a node.
  | { readonly kind: 'cordon' | 'uncordon' | 'drain'; readonly node: string }
  /** By something that is neither kubectl nor the operator. */
  | { readonly kind: 'cordon-by-tool'; readonly node: string }
  /** The operator's watches of pods stand still meanwhile, for so many milliseconds. */
  | { readonly kind: 'delete-driver-pod'; readonly node: string; readonly unheardFor: number }
  | { readonly kind: 'label-state'; readonly node: string; readonly value: string | null }
  | { readonly kind: 'skip'; readonly node: string; readonly on: boolean }
  | { readonly kind: 'request'; readonly node: string }
  | { readonly kind: 'remove-annotations'; readonly node: string }
  // People at the work.
  | { readonly kind: 'delete-pod'; readonly workload: string }
  /** Somebody is quicker than the drain: `kubectl delete --force`, and others of the same names come in their place, elsewhere. */
  | { readonly kind: 'force-delete-pods'; readonly node: string }
  /** A pod of no controller is taken away and made anew, under its name, on another node. */
  | { readonly kind: 'move-pod'; readonly workload: string; readonly node: string }
  /** So is a pod that keeps its name, just when the operator's eviction of it is on its way. */
  | { readonly kind: 'move-pod-at-eviction'; readonly workload: string; readonly node: string }
  | {
      readonly kind: 'budget';
      readonly workload: string;
      readonly maxUnavailable: number;
      readonly forMs: number;
    }
  | { readonly kind: 'scale'; readonly workload: string; readonly replicas: number }
  // Nature.
  | { readonly kind: 'node-gone'; readonly node: string; readonly forMs: number }
  | { readonly kind: 'node-joins'; readonly node: NodePlan }
  | { readonly kind: 'not-ready'; readonly node: string; readonly forMs: number }
  | { readonly kind: 'kernel'; readonly node: string; readonly kernel: string }
  | { readonly kind: 'stuck-pods'; readonly node: string; readonly forMs: number }
  | {
      readonly kind: 'image-missing' | 'driver-crashes' | 'driver-hangs';
      readonly version: string;
      readonly kernel: string;
      readonly forMs: number;
    }
  | { readonly kind: 'controllers-pause'; readonly forMs: number }
  | { readonly kind: 'compaction' }
  /** The operator's API server is away, its watches break, and what happened meanwhile cannot be had as events any more. */
  | { readonly kind: 'api-server-restart'; readonly forMs: number }
  // The operator's processes.
  | { readonly kind: 'kill'; readonly replica: number; readonly backAfter: number }
  /** Killed at its so-manieth call from now, before or after it takes effect. */
  | {
      readonly kind: 'kill-at-call';
      readonly replica: number;
      readonly call: number;
      readonly effect: 'before' | 'after';
      readonly backAfter: number;
    }
  | { readonly kind: 'stop'; readonly replica: number; readonly backAfter: number }
  | { readonly kind: 'pause'; readonly replica: number; readonly forMs: number }
  | { readonly kind: 'clock'; readonly replica: number; readonly byMs: number }
  | { readonly kind: 'lease-gone' };

/** What can go wrong with a call or a watch of the operator. */
export const FAULTS = [
  /** No connection: nothing has happened. */
  'refused',
  /** The call takes effect, and its answer is lost. */
  'answer-lost',
  /** A call that never gets to the server, and is given up after its time limit. */
  'timeout',
  /** It takes effect, and the time limit passes before the answer comes. */
  'late-answer',
  'conflict',
  'throttled',
  'server-error',
  /** A 500 after which the write is there all the same. */
  'server-error-applied',
  'slow',
  'watch-dropped',
  'watch-ended',
  /** Nothing is heard for a while; then all of it at once. */
  'watch-frozen',
  'watch-gone',
  /** An event comes twice. */
  'watch-duplicate',
] as const;

export type Fault = (typeof FAULTS)[number];

/** Between two times, calls or events go wrong with a probability each. */
export interface FaultBurst {
  readonly from: number;
  readonly until: number;
  readonly fault: Fault;
  /** Of which resource watches go wrong; absent: of all. Calls go wrong whatever they are about. */
  readonly resource?: string;
  readonly rate: number;
}

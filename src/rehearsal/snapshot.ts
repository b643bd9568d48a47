import type { RawObject } from '../cluster/memory/api/types.ts';
import { DRIVER_CONTAINER } from '../contract/keys.ts';
import type { ApiObject } from '../kubernetes/objects.ts';

/** What there was of a cluster at one moment, as far as a rollout has to do with it. Objects are as the API server gave them. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where the driver's objects live. */
  readonly namespace: string;
  /** The image of the driver pods' init container: another one would be another driver. */
  readonly initImage: string;
  /** The NicClusterPolicy as it is to be. */
  readonly policy: ApiObject;
  readonly nodes: readonly RawObject[];
  readonly pods: readonly RawPodObject[];
  readonly daemonSets: readonly RawObject[];
  readonly revisions: readonly RawObject[];
  readonly budgets: readonly RawObject[];
  readonly configMaps: readonly RawObject[];
}

/** A pod, as far as it is looked into here. */
export interface RawPodObject extends ApiObject {
  readonly spec?: PodSpec;
  readonly status?: PodStatus;
}

interface PodSpec {
  readonly nodeName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly emptyDir?: object }[];
  readonly [field: string]: unknown;
}

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string | number>>;
    readonly limits?: Readonly<Record<string, string | number>>;
  };
}

interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly object[];
  readonly initContainerStatuses?: readonly object[];
  readonly [field: string]: unknown;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
}

/** How long a pod took from its creation until it was Ready, in milliseconds; undefined: it is not Ready, or that is not known. */
export function startupTime({ metadata, status }: RawPodObject): number | undefined {
  const ready = status?.conditions?.find((each) => each.type === 'Ready' && each.status === 'True');
  const time = Date.parse(ready?.lastTransitionTime ?? '') - Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(time) || time < 0 ? undefined : time;
}

/** How long a pod has to end when it is told to, in milliseconds. */
export function gracePeriod({ spec }: RawPodObject): number {
  return (spec?.terminationGracePeriodSeconds ?? 30) * 1000;
}

/** What Job pods have so that they are counted before they go: the Job controller takes it off as soon as they have ended. */
const JOB_TRACKING = 'batch.kubernetes.io/job-tracking';

/** The finalizers by which a pod may be held when it is to go. */
export function heldBy({ metadata: { finalizers = [] } }: RawPodObject): readonly string[] {
  return finalizers.filter((each) => each !== JOB_TRACKING);
}

/** The image of a driver pod's driver; empty: it names none. */
export function driverImageOf({ spec }: RawPodObject): string {
  return spec?.containers?.find(({ name }) => name === DRIVER_CONTAINER)?.image ?? '';
}

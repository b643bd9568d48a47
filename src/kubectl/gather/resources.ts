import type { ResourceType, Stored } from '../../cluster/port.ts';
import { DRIVER_CONTAINER, STATE_LABEL } from '../../contract/keys.ts';
import type { LabelSelector } from '../../kubernetes/label-selector.ts';
import { selectorOfObject } from '../../cluster/memory/api/label-selector-object.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { controllerRevisions, type StoredRevision } from '../../operator/resources/daemonsets.ts';
import { driverPods, type StoredDriverPod } from '../../operator/resources/driver-pods.ts';
import { nodes, type StoredNode } from '../../operator/resources/nodes.ts';
import type { RawContainer, RawPod } from '../../operator/resources/raw-pod.ts';
import { identity, resourceType } from '../../operator/resources/resource-type.ts';

/** What a person is shown goes a little further than what the operator needs. Times are in milliseconds since the epoch. */
export interface SeenNode extends StoredNode {
  /** When whoever set the node's state last wrote to it: mostly the time of its last step. */
  readonly steppedAt: number | undefined;
}

export const seenNodes: ResourceType<SeenNode> = {
  ...nodes,
  trim: (raw) => ({ ...nodes.trim(raw), steppedAt: steppedAt(raw) }),
};

/** @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
function steppedAt({ metadata }: ApiObject): number | undefined {
  const entry = metadata.managedFields?.find(({ fieldsV1 }) =>
    isOwner(fieldsV1, ['f:metadata', 'f:labels', `f:${STATE_LABEL}`]),
  );
  return timeOf((entry as { readonly time?: string } | undefined)?.time);
}

function isOwner(fields: unknown, path: readonly string[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return true;
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, step)) return false;
  return isOwner((fields as Record<string, unknown>)[step], rest);
}

export interface SeenDriverPod extends StoredDriverPod {
  readonly image: string | undefined;
}

export const seenDriverPods: ResourceType<SeenDriverPod> = {
  ...driverPods,
  trim: (raw: RawPod) => ({ ...driverPods.trim(raw), image: driverImage(raw.spec?.containers) }),
};

/** A snapshot of a DaemonSet's pod template, with the driver image in it. */
export interface SeenRevision extends StoredRevision {
  readonly image: string | undefined;
}

interface RawRevision extends ApiObject {
  readonly data?: {
    readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: RawContainer[] } } };
  };
}

export const seenRevisions: ResourceType<SeenRevision> = {
  ...controllerRevisions,
  trim: (raw: RawRevision) => ({
    ...controllerRevisions.trim(raw),
    image: driverImage(raw.data?.spec?.template?.spec?.containers),
  }),
};

function driverImage(containers: readonly RawContainer[] = []): string | undefined {
  return containers.find(({ name }) => name === DRIVER_CONTAINER)?.image;
}

/** A PodDisruptionBudget, as far as it says whether it lets a pod go. */
export interface SeenBudget extends Stored {
  /** Undefined: it selects nothing. */
  readonly selector: LabelSelector | undefined;
  readonly disruptionsAllowed: number;
  readonly needsHealthy: number;
  readonly hasHealthy: number;
}

interface RawBudget extends ApiObject {
  readonly spec?: { readonly selector?: unknown };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly desiredHealthy?: number;
    readonly currentHealthy?: number;
  };
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/pod-disruption-budget-v1/ */
export const seenBudgets: ResourceType<SeenBudget> = resourceType(
  { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets' },
  (raw: RawBudget) => ({
    ...identity(raw),
    selector: selectorOfObject(raw.spec?.selector),
    disruptionsAllowed: raw.status?.disruptionsAllowed ?? 0,
    needsHealthy: raw.status?.desiredHealthy ?? 0,
    hasHealthy: raw.status?.currentHealthy ?? 0,
  }),
);

/** The Lease of the operator: who leads, and whether it is still there. */
export interface SeenLease extends Stored {
  /** Undefined: nobody holds it. */
  readonly holder: string | undefined;
  readonly renewedAt: number | undefined;
  readonly durationSeconds: number;
}

interface RawLease extends ApiObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly renewTime?: string;
    readonly leaseDurationSeconds?: number;
  };
}

export const seenLeases: ResourceType<SeenLease> = resourceType(
  { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases' },
  (raw: RawLease) => {
    const { holderIdentity = '', renewTime, leaseDurationSeconds = 15 } = raw.spec ?? {};
    return {
      ...identity(raw),
      holder: holderIdentity === '' ? undefined : holderIdentity,
      renewedAt: timeOf(renewTime),
      durationSeconds: leaseDurationSeconds,
    };
  },
);

/** What was told of an object, once or several times. */
export interface SeenEvent extends Stored {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly last: number;
  readonly component: string;
}

interface RawEvent extends ApiObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
export const seenEvents: ResourceType<SeenEvent> = resourceType(
  { group: '', version: 'v1', kind: 'Event', plural: 'events' },
  (raw: RawEvent) => {
    const { type = 'Normal', reason = '', message = '', count = 1 } = raw;
    return { ...identity(raw), type, reason, message, count, last: lastTime(raw), component: reporter(raw) };
  },
);

function lastTime({ lastTimestamp, eventTime, metadata }: RawEvent): number {
  return timeOf(lastTimestamp ?? eventTime ?? metadata.creationTimestamp) ?? 0;
}

function reporter({ reportingComponent, source }: RawEvent): string {
  return (reportingComponent ?? '') || (source?.component ?? '');
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

import type { Clock } from '../../cluster/clock.ts';
import { hasCode } from '../../cluster/errors.ts';
import type { CallOptions, Cluster, List, Query, ResourceType, Stored } from '../../cluster/port.ts';
import { DRIVER_LABEL, LEASE_NAME } from '../../contract/keys.ts';
import { daemonSets, type StoredDaemonSet } from '../../operator/resources/daemonsets.ts';
import { policies, type StoredObject } from '../../operator/resources/objects.ts';
import type { WorkloadView } from '../../upgrade/view.ts';
import {
  seenDriverPods,
  seenLeases,
  seenNodes,
  seenRevisions,
  type SeenDriverPod,
  type SeenLease,
  type SeenNode,
  type SeenRevision,
} from './resources.ts';

/** Everything about the upgrade that the cluster tells, at one moment. */
export interface Scene {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly policies: readonly StoredObject[];
  readonly nodes: readonly SeenNode[];
  readonly driverPods: readonly SeenDriverPod[];
  readonly daemonSets: readonly StoredDaemonSet[];
  readonly revisions: readonly SeenRevision[];
  /** Undefined: there is none. */
  readonly lease: SeenLease | undefined;
  /** The pods of those nodes for which they have been read. */
  readonly workloads: ReadonlyMap<string, WorkloadView>;
  /** What could not be read, for people. */
  readonly unread: readonly string[];
}

/** How a command reaches the cluster, and where the operator is in it. */
export interface Access {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

export const LEASE_UNREAD = 'whether an operator runs: its Lease could not be read';

/**
 * Reads the whole scene.
 *
 * @throws ApiError
 */
export async function readScene(access: Access): Promise<Scene> {
  const { cluster, clock, namespace, signal } = access;
  const options: CallOptions = { signal };
  const unread: string[] = [];
  const list = <T extends Stored>(type: ResourceType<T>, query: Query): Promise<List<T>> =>
    cluster.list(type, query, options);
  const [nodes, driverPods, sets, revisions, all, lease] = await Promise.all([
    list(seenNodes, {}),
    list(seenDriverPods, queries(namespace).driver),
    list(daemonSets, queries(namespace).driver),
    list(seenRevisions, { namespace }),
    list(policies, {}),
    ifAllowed(list(seenLeases, queries(namespace).lease), () => {
      unread.push(LEASE_UNREAD);
    }),
  ]);
  return {
    now: clock.now(),
    policies: all.items,
    nodes: nodes.items,
    driverPods: driverPods.items,
    daemonSets: sets.items,
    revisions: revisions.items,
    lease: lease?.items[0],
    workloads: new Map(),
    unread,
  };
}

/** What is asked for of each kind that is not read whole. */
export function queries(namespace: string): { readonly driver: Query; readonly lease: Query } {
  return {
    driver: { namespace, labelSelector: DRIVER_LABEL },
    lease: { namespace, fieldSelector: `metadata.name=${LEASE_NAME}` },
  };
}

/** What a person may not read is left out, and said to be. */
export async function ifAllowed<T>(reading: Promise<T>, onForbidden: () => void): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!hasCode(error, 'forbidden')) throw error;
    onForbidden();
    return undefined;
  }
}

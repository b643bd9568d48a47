import type { Clock } from '../cluster/clock.ts';
import { Informer, type Change } from '../cluster/informer.ts';
import type { Cluster, Query, ResourceType, Stored } from '../cluster/port.ts';
import { DRIVER_LABEL, DRIVER_SERVICE_ACCOUNT } from '../contract/keys.ts';
import type { Logger } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { daemonSets, type StoredDaemonSet } from './resources/daemonsets.ts';
import { driverPods, type StoredDriverPod } from './resources/driver-pods.ts';
import { nodes, type StoredNode } from './resources/nodes.ts';
import {
  clusterRoleBindings,
  clusterRoles,
  configMaps,
  policies,
  roleBindings,
  roles,
  serviceAccounts,
  type StoredObject,
} from './resources/objects.ts';

export interface WatchesOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly namespace: string;
}

/** Who is told of what. */
export interface Handlers {
  readonly node: (change: Change<StoredNode>) => void;
  readonly driverPod: (change: Change<StoredDriverPod>) => void;
  readonly daemonSet: (change: Change<StoredDaemonSet>) => void;
  readonly policy: (change: Change<StoredObject>) => void;
  /** The ConfigMaps of the namespace, and the driver's ServiceAccount and permissions. */
  readonly object: (change: Change<StoredObject>) => void;
}

/** Everything that the operator watches for as long as it runs. The pods of nodes that are being emptied come and go: see `Workloads`. */
export type Watches = ReturnType<typeof createWatches>;

export function createWatches(options: WatchesOptions) {
  const { namespace } = options;
  // Nothing is told before `run`, which says to whom.
  let on: Handlers | undefined;
  const tell =
    <K extends keyof Handlers>(kind: K): ((change: Parameters<Handlers[K]>[0]) => void) =>
    (change) => {
      (on?.[kind] as ((change: Parameters<Handlers[K]>[0]) => void) | undefined)?.(change);
    };
  const driverObjects = { namespace, labelSelector: DRIVER_LABEL };
  const driverAccess = { fieldSelector: `metadata.name=${DRIVER_SERVICE_ACCOUNT}` };
  const watches = {
    nodes: informer(nodes, {}, tell('node'), options),
    driverPods: informer(driverPods, driverObjects, tell('driverPod'), options),
    daemonSets: informer(daemonSets, driverObjects, tell('daemonSet'), options),
    policies: informer(policies, {}, tell('policy'), options),
    configMaps: informer(configMaps, { namespace }, tell('object'), options),
    serviceAccounts: informer(serviceAccounts, { namespace, ...driverAccess }, tell('object'), options),
    roles: informer(roles, { namespace, ...driverAccess }, tell('object'), options),
    roleBindings: informer(roleBindings, { namespace, ...driverAccess }, tell('object'), options),
    clusterRoles: informer(clusterRoles, driverAccess, tell('object'), options),
    clusterRoleBindings: informer(clusterRoleBindings, driverAccess, tell('object'), options),
  };
  const all: readonly Pick<Informer<Stored>, 'synced' | 'run'>[] = Object.values(watches);
  return {
    ...watches,
    /** Resolves when each has read what there is. */
    synced: Promise.all(all.map((each) => each.synced)).then(() => undefined),
    /** Runs until the signal aborts, telling the handlers of every change. To be called once. */
    run: (handlers: Handlers, signal: AbortSignal): Promise<unknown> => {
      on = handlers;
      return Promise.all(all.map((each) => each.run(signal)));
    },
  };
}

function informer<T extends Stored>(
  type: ResourceType<T>,
  query: Query,
  onChange: (change: Change<T>) => void,
  { cluster, clock, random, log, metrics }: WatchesOptions,
): Informer<T> {
  return new Informer<T>({
    cluster,
    type,
    query,
    clock,
    random,
    onChange,
    onTrouble: (error, retryInMs) => {
      metrics.countWatchRestart(type.plural);
      log.warn(
        { resource: type.plural, error, retryInMs: Math.round(retryInMs) },
        'watch interrupted: going on',
      );
    },
    onRestart: () => {
      log.info({ resource: type.plural }, 'watch too far behind: reading everything again');
    },
  });
}

import type { DriverSpec, Policy } from '../contract/policy.ts';
import type { ApiObject, OwnerReference } from '../kubernetes/objects.ts';
import { driverAccess, initConfigMap } from './access.ts';
import { configMounts } from './config-mounts.ts';
import type { ConfigMapKeys } from './config-mounts.ts';
import { driverDaemonSet } from './daemon-set.ts';
import type { DaemonSet } from './daemon-set.ts';
import type { LiveDaemonSet } from './live.ts';
import { daemonSetName, nameApps } from './naming.ts';
import { poolKey } from './pool.ts';
import type { Pool } from './pool.ts';

export interface DriverInput {
  readonly policy: Policy;
  readonly namespace: string;
  /** The operator's own image, which the driver pods' init container runs. */
  readonly operatorImage: string;
  /** The pools of all nodes; the same one may come many times. */
  readonly pools: Iterable<Pool>;
  /** The driver DaemonSets that are in the namespace, whichever operator made them. */
  readonly live: readonly LiveDaemonSet[];
  readonly configMaps: ConfigMapKeys;
}

export interface DriverObjects {
  /** In the order in which to apply them. */
  readonly objects: readonly ApiObject[];
  /** Pools whose DaemonSet cannot be made. What they have is to be left as it is; the other pools are not concerned. */
  readonly problems: readonly PoolProblem[];
}

export interface PoolProblem {
  readonly pool: Pool;
  /** The name of its DaemonSet, live or not; undefined if every name is taken. */
  readonly daemonSet: string | undefined;
  /** For people: what is wrong, and what they can do. */
  readonly reason: string;
}

/** Everything that should be in the cluster for the driver: nothing if the policy wants none. */
export function renderDriverObjects(input: DriverInput): DriverObjects {
  const { policy, namespace } = input;
  const { driver, upgrade } = policy;
  if (driver === undefined) return { objects: [], problems: [] };
  const owner = ownerReference(policy);
  const pools = [...new Map([...input.pools].map((pool) => [poolKey(pool), pool])).values()];
  const apps = nameApps(pools, input.live);
  const daemonSets: DaemonSet[] = [];
  const problems: PoolProblem[] = [];
  for (const pool of pools) {
    const made = renderPool(pool, { driver, owner, app: apps.get(poolKey(pool)), input });
    if ('reason' in made) problems.push(made);
    else daemonSets.push(made);
  }
  return {
    objects: [
      ...driverAccess(namespace, owner),
      initConfigMap(namespace, owner, upgrade.autoUpgrade && upgrade.safeLoad),
      ...daemonSets,
    ],
    problems,
  };
}

interface PoolInput {
  readonly driver: DriverSpec;
  readonly owner: OwnerReference;
  readonly app: string | undefined;
  readonly input: DriverInput;
}

function renderPool(pool: Pool, { driver, owner, app, input }: PoolInput): DaemonSet | PoolProblem {
  if (app === undefined) return { pool, daemonSet: undefined, reason: noName(pool) };
  const name = daemonSetName(app);
  const config = configMounts(driver, pool.osId, input.configMaps);
  if (!config.ok) return { pool, daemonSet: name, reason: config.reason };
  return driverDaemonSet({
    driver,
    pool,
    app,
    owner,
    nodeAffinity: input.policy.nodeAffinity,
    tolerations: input.policy.tolerations,
    namespace: input.namespace,
    operatorImage: input.operatorImage,
    config: config.mounts,
    live: input.live.find(({ metadata }) => metadata.name === name),
  });
}

function noName({ osId, osVersion, kernel, arch }: Pool): string {
  return (
    `Nodes with ${osId} ${osVersion}, kernel ${kernel} and ${arch} get no driver: DaemonSets for other nodes have every name ` +
    'that is meant for theirs. Delete the one that is no longer needed.'
  );
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ */
function ownerReference({ name, uid }: Policy): OwnerReference {
  return {
    apiVersion: 'mellanox.com/v1alpha1',
    kind: 'NicClusterPolicy',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

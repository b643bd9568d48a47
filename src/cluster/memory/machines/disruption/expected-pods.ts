import { controllerOf } from '../../../../kubernetes/objects.ts';
import type { OwnerReference } from '../../../../kubernetes/objects.ts';
import type { ApiServer, ResourceName } from '../../api/types.ts';
import type { PodDisruptionBudget } from '../objects.ts';
import { scaled } from '../objects.ts';
import { DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS } from '../resources.ts';
import type { BudgetMembers } from './budget-members.ts';

export interface Expected {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

const SCALABLE: ReadonlyMap<string, ResourceName> = new Map([
  ['ReplicaSet', REPLICA_SETS],
  ['StatefulSet', STATEFUL_SETS],
  ['Deployment', DEPLOYMENTS],
]);

/**
 * How many pods there should be and how many of them healthy. What is missing at the moment is counted as well, as far as a controller
 * says how many it wants; only of a plain number of healthy pods it does not matter.
 *
 * @returns the reason, if that cannot be known
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/disruption/disruption.go getExpectedPodCount
 */
export function expectedOf(
  api: ApiServer,
  { metadata, spec = {} }: PodDisruptionBudget,
  members: BudgetMembers,
): Expected | string {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable === undefined && typeof minAvailable !== 'string') {
    return { expectedPods: minAvailable === undefined ? 0 : members.size, desiredHealthy: minAvailable ?? 0 };
  }
  const expectedPods = scaleOf(api, metadata.namespace ?? '', members.owners);
  if (typeof expectedPods === 'string') return expectedPods;
  const desiredHealthy =
    maxUnavailable === undefined
      ? scaled(minAvailable ?? 0, expectedPods, Math.ceil)
      : Math.max(expectedPods - scaled(maxUnavailable, expectedPods, Math.ceil), 0);
  return { expectedPods, desiredHealthy };
}

/** How many pods the owners want together. */
function scaleOf(api: ApiServer, namespace: string, owners: readonly OwnerReference[]): number | string {
  let sum = 0;
  for (const owner of rootsOf(api, namespace, owners)) {
    const replicas = replicasOf(api, namespace, owner);
    if (typeof replicas === 'string') return replicas;
    sum += replicas;
  }
  return sum;
}

/** A ReplicaSet's own owner says how many there should be: while it rolls, two ReplicaSets together have more. */
function rootsOf(
  api: ApiServer,
  namespace: string,
  owners: readonly OwnerReference[],
): Iterable<OwnerReference> {
  const roots = new Map<string, OwnerReference>();
  for (const owner of owners) {
    const replicaSet =
      owner.kind === 'ReplicaSet' ? api.find(REPLICA_SETS, { namespace, name: owner.name }) : undefined;
    const root = (replicaSet === undefined ? undefined : controllerOf(replicaSet.metadata)) ?? owner;
    roots.set(root.uid, root);
  }
  return roots.values();
}

/** @returns why there is no such number, if there is none: an owner that is gone wants nothing that could be known */
function replicasOf(
  api: ApiServer,
  namespace: string,
  { apiVersion, kind, name, uid }: OwnerReference,
): number | string {
  const resource = SCALABLE.get(kind);
  if (resource === undefined) {
    const [group = ''] = apiVersion.split('/');
    return `${kind.toLowerCase()}s.${group} does not implement the scale subresource`;
  }
  const owner = api.find(resource, { namespace, name });
  if (owner?.metadata.uid !== uid) return `found no controllers for the pods of ${kind} ${name}`;
  const { replicas = 1 } = owner['spec'] as { readonly replicas?: number };
  return replicas;
}

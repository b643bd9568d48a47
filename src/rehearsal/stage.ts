import { StatusError } from '../cluster/memory/api/status-error.ts';
import type { ApiServer, RawObject, ResourceName } from '../cluster/memory/api/types.ts';
import { requestsOf } from '../cluster/memory/machines/scheduler/requests.ts';
import { renderCrd } from '../contract/crd.ts';
import type { ApiObject } from '../kubernetes/objects.ts';
import type { Cast } from './cast.ts';
import { heldBy, type RawPodObject, type Snapshot } from './snapshot.ts';
import { standInsFor } from './stand-ins.ts';

export const NODES: ResourceName = { group: '', plural: 'nodes' };
export const PODS: ResourceName = { group: '', plural: 'pods' };
export const DAEMON_SETS: ResourceName = { group: 'apps', plural: 'daemonsets' };
const POLICIES: ResourceName = { group: 'mellanox.com', plural: 'nicclusterpolicies' };
const NAMESPACES: ResourceName = { group: '', plural: 'namespaces' };
const CONFIG_MAPS: ResourceName = { group: '', plural: 'configmaps' };
const REVISIONS: ResourceName = { group: 'apps', plural: 'controllerrevisions' };
const REPLICA_SETS: ResourceName = { group: 'apps', plural: 'replicasets' };
const BUDGETS: ResourceName = { group: 'policy', plural: 'poddisruptionbudgets' };
const DEFINITIONS: ResourceName = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

const AS_AUTHOR = { fieldManager: 'kubectl' };

/** A policy that an API server would not take. */
export class PolicyRefused extends Error {
  override readonly name = 'PolicyRefused';
}

/**
 * Puts what is in a snapshot into an empty cluster.
 *
 * @throws PolicyRefused
 */
export function setStage(api: ApiServer, snapshot: Snapshot, cast: Cast): void {
  const { nodes, daemonSets, revisions, budgets, configMaps } = snapshot;
  const players = cast.players.filter((pod) => !cast.guarded.has(pod));
  const { pods, replicaSets } = standInsFor(cast.guarded);
  const everything: readonly (readonly [ResourceName, readonly ApiObject[]])[] = [
    [NODES, withRoomTaken(nodes, cast.extras)],
    [CONFIG_MAPS, configMaps],
    [DAEMON_SETS, daemonSets],
    [REVISIONS, revisions],
    [REPLICA_SETS, replicaSets],
    [BUDGETS, budgets.map(asWorkedOut)],
    [PODS, [...cast.drivers, ...players.map(withoutJobTracking), ...pods.map(withoutJobTracking)]],
  ];
  for (const name of namespacesOf(snapshot.namespace, everything)) {
    const metadata = { name };
    if (api.find(NAMESPACES, metadata) === undefined)
      api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata }, AS_AUTHOR);
  }
  for (const [resource, objects] of everything) for (const object of objects) api.restore(resource, object);
  api.create(DEFINITIONS, renderCrd(), AS_AUTHOR);
  writePolicy(api, snapshot.policy);
}

function writePolicy(api: ApiServer, policy: ApiObject): void {
  const { name } = policy.metadata;
  try {
    const checked = api.create(POLICIES, { ...policy, metadata: { name } }, { ...AS_AUTHOR, dryRun: true });
    const { metadata } = policy;
    // The policy that the driver's objects belong to, in a version of its own.
    const generation = (metadata.generation ?? 0) + 1;
    api.restore(POLICIES, { ...checked, metadata: { ...checked.metadata, ...metadata, generation } });
  } catch (error) {
    if (error instanceof StatusError) throw new PolicyRefused(error.message, { cause: error });
    throw error;
  }
}

function namespacesOf(
  own: string,
  everything: readonly (readonly [ResourceName, readonly ApiObject[]])[],
): ReadonlySet<string> {
  const all = everything.flatMap(([, objects]) => objects.map(({ metadata }) => metadata.namespace ?? own));
  return new Set([own, ...all]);
}

/**
 * A budget by the number of healthy pods that its controller has worked out for it: that of a percentage follows from controllers of any
 * kind, which are not on this stage.
 */
function asWorkedOut(budget: RawObject): RawObject {
  const { selector, unhealthyPodEvictionPolicy } = budget['spec'] as {
    readonly selector?: unknown;
    readonly unhealthyPodEvictionPolicy?: unknown;
  };
  const { desiredHealthy } = (budget['status'] ?? {}) as { readonly desiredHealthy?: number };
  if (desiredHealthy === undefined) return budget;
  return {
    ...budget,
    spec: {
      selector,
      minAvailable: desiredHealthy,
      ...(unhealthyPodEvictionPolicy === undefined ? {} : { unhealthyPodEvictionPolicy }),
    },
  };
}

function withoutJobTracking(pod: RawPodObject): RawPodObject {
  const { finalizers: _, ...metadata } = pod.metadata;
  const others = heldBy(pod);
  return { ...pod, metadata: others.length === 0 ? metadata : { ...metadata, finalizers: others } };
}

/** Nodes with that much less room as the pods take up that are not on the stage. */
function withRoomTaken(nodes: readonly RawObject[], extras: readonly RawPodObject[]): readonly RawObject[] {
  const taken = new Map<string, Map<string, number>>();
  for (const { spec } of extras) {
    if (spec?.nodeName === undefined) continue;
    const onNode = taken.get(spec.nodeName) ?? new Map<string, number>();
    taken.set(spec.nodeName, onNode);
    for (const [resource, amount] of [['pods', 1] as const, ...requestsOf(spec)])
      onNode.set(resource, (onNode.get(resource) ?? 0) + amount);
  }
  return nodes.map((node) => {
    const onNode = taken.get(node.metadata.name);
    return onNode === undefined ? node : withLess(node, onNode);
  });
}

function withLess(node: RawObject, taken: ReadonlyMap<string, number>): RawObject {
  const status = (node['status'] ?? {}) as {
    readonly allocatable?: Readonly<Record<string, string | number>>;
  };
  const allocatable = { ...status.allocatable };
  for (const [resource, amount] of taken) {
    const all = Number(allocatable[resource]);
    if (!Number.isNaN(all)) allocatable[resource] = String(Math.max(0, all - amount));
  }
  return { ...node, status: { ...status, allocatable } };
}

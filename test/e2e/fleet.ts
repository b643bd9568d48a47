import {
  DEFAULT_NAMESPACE,
  DRIVER_CONTAINER,
  DRIVER_LABEL,
  REASON_ANNOTATION,
  STATE_LABEL,
} from '../../src/contract/keys.ts';
import {
  createDeployment,
  createDisruptionBudget,
  createNodes,
  daemonSetReady,
  deploymentReady,
  eventually,
  getNode,
  inParallel,
  isReady,
  listNodes,
  listPods,
  type NodeObject,
  type NodesRequest,
  type PodObject,
  type PodShape,
} from '../control-plane/fixtures.ts';
import type { ApiClient } from '../control-plane/index.ts';
import type { UpgradePolicyFields } from '../harness/index.ts';
import type { Report } from '../../src/invariants/index.ts';
import type { TestCluster } from './test-cluster.ts';

/** Versions of the driver: the one that a fleet starts with, the one that it is upgraded to, and one more. */
export const OLD = '24.01-0.3.3.1-0';
export const NEW = '24.04-0.6.6.0-0';
export const NEWER = '24.07-0.6.1.0-0';

/** A version whose driver crashes wherever it is loaded. */
export const CRASHING = '24.04-0.6.6.0-0-crash';

/** For how long `vi.waitFor` tries where nothing is said of how fast it goes: a busy machine may take its time. */
export const EVENTUALLY = { timeout: 60_000, interval: 200 } as const;

/** Where the tests' workloads live. */
export const WORK = 'default';

export interface FleetRequest extends NodesRequest {
  /** Default: automatic upgrades with draining, one node at a time. */
  readonly upgradePolicy?: UpgradePolicyFields;
}

/** What every fleet's policy says unless a test says otherwise. */
export const DRAINING: UpgradePolicyFields = { autoUpgrade: true, drain: { enable: true } };

/**
 * Nodes that are `upgrade-done` on the old version, with nothing else on them.
 *
 * @returns their names
 */
export async function upgradedFleet(cluster: TestCluster, request: FleetRequest): Promise<readonly string[]> {
  const { upgradePolicy = {}, ...nodes } = request;
  const names = await createNodes(cluster.api, nodes);
  await cluster.applyPolicy({ version: OLD, upgradePolicy: { ...DRAINING, ...upgradePolicy } });
  await cluster.rollout({ timeoutMs: 120_000 });
  return names;
}

/** The name of the Deployment of {@link tiedWorkload}. */
export const tiedTo = (node: string): string => `work-on-${node}`;

/**
 * A Deployment for each of the nodes, whose one pod fits on that node only: evicted, it comes back as soon as the node takes pods again.
 * Waits until all run.
 */
export async function tiedWorkload(
  api: ApiClient,
  nodes: readonly string[],
  shape: PodShape = {},
): Promise<void> {
  await inParallel(nodes, (node) =>
    createDeployment(api, {
      ...shape,
      ...{ namespace: WORK, name: tiedTo(node), replicas: 1 },
      nodeSelector: { 'kubernetes.io/hostname': node },
    }),
  );
  await inParallel(nodes, (node) => deploymentReady(api, { namespace: WORK, name: tiedTo(node) }), 4);
}

/** The name of the budget of {@link hold}. */
export const budgetOf = (node: string): string => `hold-${node}`;

/** Forbids the eviction of a node's {@link tiedWorkload}: its upgrade stops in the drain, until it is let go. */
export async function hold(api: ApiClient, ...nodes: readonly string[]): Promise<void> {
  for (const node of nodes) {
    await createDisruptionBudget(api, {
      ...{ namespace: WORK, name: budgetOf(node), matchLabels: { app: tiedTo(node) } },
      minAvailable: 1,
    });
  }
}

/** Takes {@link hold} back. */
export async function letGo(api: ApiClient, ...nodes: readonly string[]): Promise<void> {
  for (const node of nodes)
    await api.delete(`/apis/policy/v1/namespaces/${WORK}/poddisruptionbudgets/${budgetOf(node)}`);
}

/** A Deployment with so many pods, spread over all nodes. Waits until they run. */
export async function spreadWorkload(
  api: ApiClient,
  { name = 'work', replicas, ...shape }: PodShape & { readonly name?: string; readonly replicas: number },
  timeoutMs = 120_000,
): Promise<void> {
  await createDeployment(api, { ...shape, namespace: WORK, name, replicas });
  await deploymentReady(api, { namespace: WORK, name }, timeoutMs);
}

/** The pods on a node that are no driver pods. */
export async function workloadOn(api: ApiClient, node: string): Promise<readonly PodObject[]> {
  return (await listPods(api, { node })).filter(
    ({ metadata }) => metadata.labels?.[DRIVER_LABEL] === undefined,
  );
}

/** The driver pod on a node that is not on its way out. */
export async function driverPodOn(api: ApiClient, node: string): Promise<PodObject | undefined> {
  const pods = await listPods(api, { node, labelSelector: DRIVER_LABEL });
  return pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Whether the driver pod on a node runs a version. */
export async function runsVersion(api: ApiClient, node: string, version: string): Promise<boolean> {
  const pod = await driverPodOn(api, node);
  return pod !== undefined && isVersion(driverImageOf(pod), version);
}

function driverImageOf({ spec }: PodObject): string {
  return spec.containers.find(({ name }) => name === DRIVER_CONTAINER)?.image ?? '';
}

/** Whether a driver image is of a version. */
export function isVersion(image: string, version: string): boolean {
  return image.includes(`:${version}-`);
}

/** The one driver DaemonSet of a fleet of equal nodes. */
export async function driverDaemonSet(api: ApiClient): Promise<{ namespace: string; name: string }> {
  const { items } = await api.list(`/apis/apps/v1/namespaces/${DEFAULT_NAMESPACE}/daemonsets`, {
    labelSelector: DRIVER_LABEL,
  });
  const [only, ...others] = items;
  if (only === undefined || others.length > 0) throw new Error(`${items.length} driver DaemonSets`);
  return { namespace: DEFAULT_NAMESPACE, name: only.metadata.name };
}

/** Waits until each of so many nodes has a Ready driver pod, whatever revision it is of. */
export async function driversReady(api: ApiClient, nodes: number, timeoutMs = 60_000): Promise<void> {
  const daemonSet = await eventually(() => driverDaemonSet(api), { what: 'the driver DaemonSet' });
  await daemonSetReady(api, { ...daemonSet, nodes }, timeoutMs);
}

/** A node as people look at it. */
export interface NodeLook {
  readonly state: string;
  readonly cordoned: boolean;
  /** Why it waits or has failed; undefined: nothing is said. */
  readonly reason: string | undefined;
}

export async function look(api: ApiClient, name: string): Promise<NodeLook> {
  return lookAt(await getNode(api, name));
}

export function lookAt({ metadata, spec }: NodeObject): NodeLook {
  return {
    state: metadata.labels?.[STATE_LABEL] ?? 'none',
    cordoned: spec.unschedulable === true,
    reason: metadata.annotations?.[REASON_ANNOTATION],
  };
}

/** All nodes as people look at them, and whether each one's driver is Ready and of which image, in two requests. */
export async function lookAtAll(
  api: ApiClient,
): Promise<ReadonlyMap<string, NodeLook & { readonly driverImage: string }>> {
  const [nodes, pods] = await Promise.all([listNodes(api), listPods(api, { labelSelector: DRIVER_LABEL })]);
  const images = new Map(
    pods
      .filter((pod) => pod.metadata.deletionTimestamp === undefined && isReady(pod))
      .map((pod) => [pod.spec.nodeName ?? '', driverImageOf(pod)]),
  );
  return new Map(
    nodes.map((node) => [
      node.metadata.name,
      { ...lookAt(node), driverImage: images.get(node.metadata.name) ?? '' },
    ]),
  );
}

/** The states that a node went through, in order, without the one that it began in. */
export function statesPassed({ statistics }: Report, node: string): readonly string[] {
  return (statistics.transitions.get(node) ?? []).map(({ to }) => to);
}

/** How many of the nodes were taken out of service at all. */
export function nodesStarted(report: Report, nodes: readonly string[]): readonly string[] {
  return nodes.filter((node) => statesPassed(report, node).includes('cordon-required'));
}

/** The states of an upgrade from beginning to end. */
export const WHOLE_UPGRADE = [
  'upgrade-required',
  'cordon-required',
  'wait-for-jobs-required',
  'drain-required',
  'pod-restart-required',
  'uncordon-required',
  'upgrade-done',
] as const;

/** The states of an upgrade that leaves the node cordoned, for it was so before. */
export const WHOLE_UPGRADE_CORDONED = WHOLE_UPGRADE.filter((state) => state !== 'uncordon-required');

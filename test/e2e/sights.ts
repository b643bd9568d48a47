import { DRIVER_LABEL, STATE_LABEL } from '../../src/contract/keys.ts';
import { getNode, listNodes, listPods, type PodObject } from '../control-plane/fixtures.ts';
import type { Report } from '../../src/invariants/index.ts';
import type { TestCluster } from './test-cluster.ts';

/** What tests look at. */

/** How long a node was in a state, in seconds, by the observer's clock; the first time, if there were several. */
export function secondsIn({ statistics }: Report, node: string, state: string): number {
  const transitions = statistics.transitions.get(node) ?? [];
  const entered = transitions.findIndex(({ to }) => to === state);
  const [start, end] = [transitions[entered], transitions[entered + 1]];
  if (start === undefined || end === undefined)
    throw new Error(`${node} did not pass ${state}, but ${transitions.map(({ to }) => to).join(', ')}`);
  return (end.time - start.time) / 1000;
}

/** The driver pods that are not on their way out, by their node. */
export async function driverPods({ api }: TestCluster): Promise<ReadonlyMap<string, PodObject>> {
  const pods = await listPods(api, { labelSelector: DRIVER_LABEL });
  return new Map(
    pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map((pod) => [pod.spec.nodeName ?? '', pod]),
  );
}

/** The driver pods' UIDs by their node: they change with every restart of a driver. */
export async function driverUids(cluster: TestCluster): Promise<Readonly<Record<string, string>>> {
  const pods = await driverPods(cluster);
  return Object.fromEntries([...pods].map(([node, { metadata }]) => [node, metadata.uid ?? '']));
}

/** The state of every node, `none` for no label at all. */
export async function nodeStates({ api }: TestCluster): Promise<Readonly<Record<string, string>>> {
  const nodes = await listNodes(api);
  return Object.fromEntries(
    nodes.map(({ metadata }) => [metadata.name, metadata.labels?.[STATE_LABEL] ?? 'none']),
  );
}

/** The names of the nodes that are cordoned. */
export async function cordoned({ api }: TestCluster): Promise<readonly string[]> {
  const nodes = await listNodes(api);
  return nodes.filter(({ spec }) => spec.unschedulable === true).map(({ metadata }) => metadata.name);
}

/** An annotation of a node as it is now. */
export async function annotation(
  { api }: TestCluster,
  node: string,
  key: string,
): Promise<string | undefined> {
  return (await getNode(api, node)).metadata.annotations?.[key];
}

/** All of a node that people and the operator change, for a comparison: heartbeats do not count. */
export async function nodeFingerprints({ api }: TestCluster): Promise<Readonly<Record<string, unknown>>> {
  const nodes = await listNodes(api);
  return Object.fromEntries(
    nodes.map(({ metadata, spec }) => [
      metadata.name,
      { labels: metadata.labels, annotations: metadata.annotations, spec },
    ]),
  );
}

/** How much later, in seconds, something may be seen on a machine that does other work too. */
export const SLOW_MACHINE = 3;

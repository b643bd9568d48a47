import { DOCUMENTED_POLICY } from '../harness/index.ts';
import type { ApiClient } from '../control-plane/index.ts';
import {
  createDeployment,
  createDisruptionBudget,
  createJob,
  createNamespace,
  createNodes,
  deploymentReady,
  TERMINATES_AFTER_ANNOTATION,
} from '../control-plane/fixtures.ts';
import type { DemoOptions } from './options.ts';

/** What the demo puts into its cluster. */

export const OLD_VERSION = '5.6-1.0.3.3';
export const NEW_VERSION = '24.01-0.3.3.1-0';
/** By which the documented policy selects the pods that are waited for. */
export const JOB_SELECTOR = 'app=myapp';
export const JOB_SECONDS = 12;

const NAMESPACE = 'workloads';
const DEPLOYMENT = 'web';
const JOB = 'training';
const ZONES = ['zone-a', 'zone-b', 'zone-c'];

/** Creates nodes whose names sort as their numbers do; each zone has a row of them. */
export async function createFleet(api: ApiClient, count: number): Promise<readonly string[]> {
  const digits = String(count - 1).length;
  const perZone = Math.ceil(count / ZONES.length);
  const tens = Array.from({ length: Math.ceil(count / 10) }, (_, index) => index * 10);
  const created = tens.map((first) =>
    createNodes(api, {
      count: Math.min(10, count - first),
      prefix: `node-${String(first).padStart(digits, '0').slice(0, -1)}`,
      each: (index) => ({ zone: ZONES[Math.floor((first + index) / perZone)] ?? 'zone-a' }),
    }),
  );
  return (await Promise.all(created)).flat();
}

export interface Workloads {
  readonly replicas: number;
  readonly maxUnavailable: number;
}

/**
 * How many pods there are and how many may be missing: few enough that a drain goes step by step. Where most nodes are cordoned at
 * once there is no room for the pods that leave; then one pod a node, or nodes could wait for each other.
 */
export function planWorkloads({ nodes, parallel }: DemoOptions): Workloads {
  const roomy = parallel > 0 && parallel <= nodes / 2;
  return {
    replicas: roomy ? 2 * nodes : nodes,
    maxUnavailable: Math.max(1, Math.floor((roomy ? parallel : nodes / 2) / 4)),
  };
}

export async function createWorkloads(
  api: ApiClient,
  { replicas, maxUnavailable }: Workloads,
): Promise<void> {
  await createNamespace(api, NAMESPACE);
  const name = { namespace: NAMESPACE, name: DEPLOYMENT };
  await createDeployment(api, { ...name, replicas, annotations: { [TERMINATES_AFTER_ANNOTATION]: '1s' } });
  await createDisruptionBudget(api, { ...name, matchLabels: { app: DEPLOYMENT }, maxUnavailable });
  await deploymentReady(api, name);
}

/** Starts a Job on a node that is among the first to be upgraded. */
export async function startJob(api: ApiClient, node: string): Promise<void> {
  await createJob(api, {
    namespace: NAMESPACE,
    name: JOB,
    labels: { app: 'myapp' },
    completesAfter: `${JOB_SECONDS}s`,
    nodeSelector: { 'kubernetes.io/hostname': node },
  });
}

export async function jobSucceeded(api: ApiClient): Promise<boolean> {
  const path = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${JOB}`;
  const { status } = await api.get<{ status: { succeeded?: number } }>(path);
  return status.succeeded === 1;
}

/** The documented policy with another limit. */
export function demoPolicy(parallel: number): string {
  return DOCUMENTED_POLICY.replace('maxParallelUpgrades: 0', `maxParallelUpgrades: ${parallel}`);
}

import { matchesLabels } from '../../kubernetes/label-selector.ts';
import { workloadPods, type StoredWorkloadPod } from '../../operator/resources/workload-pods.ts';
import type { EvictionAttempt, WorkloadPod, WorkloadView } from '../../upgrade/view.ts';
import { seenBudgets, type SeenBudget } from './resources.ts';
import { ifAllowed, type Access, type Scene } from './scene.ts';

/**
 * The scene with the pods of some nodes. What came of asking for their eviction only the operator knows; that a budget does not allow any
 * disruption is what it must have been answered.
 *
 * @throws ApiError
 */
export async function withWorkloads(scene: Scene, nodes: readonly string[], access: Access): Promise<Scene> {
  if (nodes.length === 0) return scene;
  const { cluster, clock, signal } = access;
  const unread = [...scene.unread];
  const pods = await Promise.all(
    nodes.map((node) => cluster.list(workloadPods, { fieldSelector: `spec.nodeName=${node}` }, { signal })),
  );
  const now = clock.now();
  const budgets = await ifAllowed(cluster.list(seenBudgets, {}, { signal }), () => {
    unread.push('which budget refuses an eviction: reading PodDisruptionBudgets is not permitted');
  });
  const workload = (items: readonly StoredWorkloadPod[]): WorkloadView => ({
    pods: items.map((pod) => ({ ...pod, eviction: refusal(pod, budgets?.items ?? [], now) })),
    asOf: now,
  });
  const workloads = new Map(nodes.map((node, index) => [node, workload(pods[index]?.items ?? [])]));
  return { ...scene, now, workloads: new Map([...scene.workloads, ...workloads]), unread };
}

/** As many tries as it takes until they follow each other at the longest interval. */
const ATTEMPTS = 4;

function refusal(
  pod: StoredWorkloadPod,
  budgets: readonly SeenBudget[],
  at: number,
): WorkloadPod['eviction'] {
  const budget = budgets.find((each) => covers(each, pod) && each.disruptionsAllowed < 1);
  if (budget === undefined || pod.terminating) return undefined;
  const { name, needsHealthy, hasHealthy } = budget;
  const attempt: EvictionAttempt = {
    attempts: ATTEMPTS,
    at,
    result: 'blocked',
    message: '',
    budget: { name, needsHealthy, hasHealthy },
  };
  return attempt;
}

function covers({ namespace, selector }: SeenBudget, pod: StoredWorkloadPod): boolean {
  return namespace === pod.namespace && selector !== undefined && matchesLabels(selector, pod.labels);
}

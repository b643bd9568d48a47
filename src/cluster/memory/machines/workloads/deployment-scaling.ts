import { scaled } from '../objects.ts';
import type { Deployment, ReplicaSet } from '../objects.ts';

/** A ReplicaSet, and how many pods it is to have from now on. */
export type Scale = readonly [replicaSet: ReplicaSet, replicas: number];

/** How many pods a Deployment or a ReplicaSet is to have. */
export function sizeOf({ spec }: Deployment | ReplicaSet): number {
  return spec.replicas ?? 1;
}

/**
 * The next step towards all pods being of the newest template.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
 */
export function nextScale(
  deployment: Deployment,
  newest: ReplicaSet,
  old: readonly ReplicaSet[],
): readonly Scale[] {
  if (deployment.spec.strategy?.type === 'Recreate') return recreate(deployment, newest, old);
  const wanted = sizeOf(deployment);
  const { surge, missing } = slackOf(deployment);
  const total = [newest, ...old].reduce((sum, replicaSet) => sum + sizeOf(replicaSet), 0);
  const size = Math.min(wanted, sizeOf(newest) + Math.max(wanted + surge - total, 0));
  if (size !== sizeOf(newest)) return [[newest, size]];
  const notYet = sizeOf(newest) - (newest.status?.availableReplicas ?? 0);
  return shrink(old, total - (wanted - missing) - notYet);
}

/** How many pods there may be beyond the wanted ones, and how many may be missing. */
function slackOf(deployment: Deployment): { readonly surge: number; readonly missing: number } {
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaled(maxSurge, sizeOf(deployment), Math.ceil);
  const missing = scaled(maxUnavailable, sizeOf(deployment), Math.floor);
  // With neither, nothing would ever move.
  return { surge, missing: surge + missing === 0 ? 1 : missing };
}

/** First nothing of the old is left, then the new begins. */
function recreate(deployment: Deployment, newest: ReplicaSet, old: readonly ReplicaSet[]): readonly Scale[] {
  const alive = old.filter((replicaSet) => sizeOf(replicaSet) > 0);
  if (alive.length > 0) return alive.map((replicaSet) => [replicaSet, 0]);
  const isGone = old.every(({ status }) => (status?.replicas ?? 0) === 0);
  return isGone && sizeOf(newest) !== sizeOf(deployment) ? [[newest, sizeOf(deployment)]] : [];
}

/** Takes pods that do not work first, then others. */
function shrink(old: readonly ReplicaSet[], atMost: number): readonly Scale[] {
  let left = atMost;
  const scales: Scale[] = [];
  const byHealth = [...old].sort((a, b) => broken(b) - broken(a));
  for (const replicaSet of byHealth) {
    const taken = Math.min(sizeOf(replicaSet), Math.max(left, 0));
    if (taken > 0) scales.push([replicaSet, sizeOf(replicaSet) - taken]);
    left -= taken;
  }
  return scales;
}

function broken(replicaSet: ReplicaSet): number {
  return sizeOf(replicaSet) - (replicaSet.status?.availableReplicas ?? 0);
}

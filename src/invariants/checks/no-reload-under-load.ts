import { labelsSelector } from '../selector.ts';
import { accuse, type Check, type Context } from '../check.ts';
import { mustBeDrainedFirst } from '../drained-pods.ts';
import type { Accusation } from '../findings.ts';
import type { Change, SeenNode, SeenPod } from '../seen.ts';

/**
 * A driver pod is deleted, or safe load unblocked, only on a node that is cordoned and, with draining on, free of the pods that
 * the policy drains.
 */
export const noReloadUnderLoad: Check = {
  pod: (change, context) => {
    const { before } = change;
    if (before?.driver !== true || before.nodeName === undefined || !deletionBegins(change)) return [];
    if (othersDelete(before, context)) return [];
    return reload(before.nodeName, 'the driver pod was deleted', context, 'driver-pod-deletion');
  },
  node: ({ before, after }: Change<SeenNode>, context) => {
    if (before?.safeLoad === undefined || after === undefined || after.safeLoad !== undefined) return [];
    // Switched off, the driver may load at any time, and the init container itself takes its annotation away.
    const { policy } = context.scene;
    if (policy?.autoUpgrade !== true || !policy.safeLoad) return [];
    return reload(after.name, 'the driver was told to load', context, 'safe-load-removal');
  },
};

/** A pod deleted without grace is gone at once. */
function deletionBegins({ before, after }: Change<SeenPod>): boolean {
  return before?.deleting === false && (after === undefined || after.deleting);
}

/** What Kubernetes' own controllers remove: pods that have ended, and pods whose node or DaemonSet no longer wants them. */
function othersDelete(pod: SeenPod, { scene }: Context): boolean {
  const node = scene.nodes.get(pod.nodeName ?? '');
  if (node === undefined || pod.phase === 'Failed' || pod.phase === 'Succeeded') return true;
  if (pod.controller === undefined) return false;
  const owner = scene.daemonSets.get(pod.controller.uid);
  return owner === undefined || owner.deleting || !labelsSelector(owner.nodeSelector)(node.labels);
}

function reload(
  node: string,
  deed: string,
  context: Context,
  outside: 'driver-pod-deletion' | 'safe-load-removal',
): readonly Accusation[] {
  const found = [...uncordoned(node, deed, context), ...underLoad(node, deed, context)];
  const worst = found.find(({ race }) => race !== true) ?? found[0];
  return worst === undefined || context.excused(node, outside) ? [] : [worst];
}

/** The deletion of a pod cannot be made on condition of its node: who uncordons it a moment before is not heard of. */
function uncordoned(node: string, deed: string, { scene, now, tolerance }: Context): readonly Accusation[] {
  if (scene.nodes.get(node)?.unschedulable !== false) return [];
  const race = now - (scene.uncordonedByOthersAt.get(node) ?? -Infinity) <= tolerance.watchMs;
  return accuse('no-reload-under-load', node, `${deed} while the node was not cordoned`, race);
}

function underLoad(node: string, deed: string, context: Context): readonly Accusation[] {
  const { scene, now, tolerance } = context;
  const flowOn = scene
    .policiesLately(now, tolerance.watchMs)
    .filter((policy) => policy?.autoUpgrade === true);
  const [present, ...before] = flowOn;
  const load = scene.podsOn(node).filter((pod) => mustBeDrainedFirst(pod, present));
  if (load.length === 0) return [];
  const lateLoad = load.every((pod) => arrivedTooLate(node, pod, context));
  const permittedLately = before.some((policy) => !load.some((pod) => mustBeDrainedFirst(pod, policy)));
  const what = `${deed} under ${load.map((pod) => describe(pod, context)).join(', ')}`;
  return accuse('no-reload-under-load', node, what, lateLoad || permittedLately);
}

/** The scheduler may bind a pod a moment after the cordon, from what it believed before; nobody can shut that door. */
function arrivedTooLate(node: string, pod: SeenPod, { scene, now, tolerance }: Context): boolean {
  const bound = scene.boundAt.get(pod.uid);
  const cordoned = scene.cordonedAt.get(node);
  return bound !== undefined && bound.rv > (cordoned ?? Infinity) && now - bound.time <= tolerance.readMs;
}

function describe(pod: SeenPod, { scene, now }: Context): string {
  const bound = scene.boundAt.get(pod.uid);
  const since =
    bound === undefined ? 'there from the start' : `bound at ${bound.rv}, ${now - bound.time} ms before`;
  return `${pod.namespace}/${pod.name} (${pod.deleting ? 'terminating' : pod.phase}, ${since})`;
}

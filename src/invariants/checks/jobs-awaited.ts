import { accuse, type Check, type Context } from '../check.ts';
import type { SeenNode, SeenPod, SeenPolicy } from '../seen.ts';

/** A node is not drained while pods run on it that the policy waits for, unless it has waited for as long as the policy says. */
export const jobsAwaited: Check = {
  node: ({ before, after }, context) =>
    before?.state === 'wait-for-jobs-required' && after?.state === 'drain-required'
      ? tooEarly(before, context)
      : [],
};

function tooEarly({ name: node, waitingSince }: SeenNode, context: Context): ReturnType<typeof accuse> {
  const { scene, now, excused } = context;
  const running = jobsOn(node, scene.policy, context);
  // Somebody may have set the beginning back, by hand.
  const waited = Math.max(scene.stayedBefore.get(node) ?? Infinity, now - (waitingSince ?? now));
  const due = scene.policy?.awaited?.timeoutMs ?? 0;
  if (running.length === 0 || waited >= due || isUpdated(node, context) || excused(node, 'state-change'))
    return [];
  const names = running.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  const what = `is drained after ${waited} ms though ${names} had not come to an end`;
  return accuse('jobs-awaited', node, what, couldNotKnow(node, running, context, due - waited));
}

/** @param missing by how many milliseconds it did not wait long enough */
function couldNotKnow(node: string, running: readonly SeenPod[], context: Context, missing: number): boolean {
  const { scene, now, tolerance } = context;
  return (
    missing <= tolerance.clockMs ||
    running.every((pod) => isNews(pod, context)) ||
    scene.policiesLately(now, tolerance.watchMs).some((policy) => jobsOn(node, policy, context).length === 0)
  );
}

function jobsOn(node: string, policy: SeenPolicy | undefined, { scene }: Context): readonly SeenPod[] {
  if (policy?.autoUpgrade !== true || policy.awaited === undefined) return [];
  const { selector } = policy.awaited;
  return scene
    .podsOn(node)
    .filter(({ phase, labels }) => (phase === 'Pending' || phase === 'Running') && selector(labels));
}

/** With the newest driver in place there is nothing to drain for. */
function isUpdated(node: string, { scene }: Context): boolean {
  return scene
    .podsOn(node)
    .some(
      ({ driver, controller, revision }) =>
        driver && controller !== undefined && revision === scene.newestHash(controller.uid),
    );
}

/** It came so short a time ago that nobody may have heard of it. */
function isNews(pod: SeenPod, { scene, now, tolerance }: Context): boolean {
  return now - (scene.boundAt.get(pod.uid)?.time ?? -Infinity) <= tolerance.watchMs;
}

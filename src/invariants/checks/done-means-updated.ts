import { accuse, type Check, type Context } from '../check.ts';
import type { Scene } from '../scene.ts';
import type { SeenNode, SeenPod } from '../seen.ts';
import { claimsUpdated } from '../transitions.ts';

/** A node that claims to be upgraded has a driver pod of the newest revision, and it is Ready. */
export const doneMeansUpdated: Check = {
  node: ({ before, after }, context) => {
    if (before === undefined || after === undefined || before.state === after.state) return [];
    // Whoever put the node into the state before has claimed it, not the operator.
    if (!claimsUpdated(before.state, after.state) || context.scene.cameByHand.has(after.name)) return [];
    const drivers = context.scene.podsOn(after.name).filter((pod) => pod.driver && !pod.deleting);
    const doubts = drivers.map((pod) => doubt(pod, before, context));
    if (doubts.includes(undefined)) return [];
    if (context.excused(after.name, 'state-change')) return [];
    const what = doubts.map((each) => each?.what).join('; ') || 'there is no driver pod';
    const race =
      doubts.length === 0
        ? isNews(context.scene.lastReadyOn.get(after.name), context)
        : doubts.some((each) => each?.race === true);
    return accuse(
      'done-means-updated',
      after.name,
      `went from ${before.state} to ${after.state}: ${what}`,
      race,
    );
  },
};

/** Why a driver pod is not what the claim says; undefined: it is. */
function doubt(pod: SeenPod, node: SeenNode, context: Context): { what: string; race: boolean } | undefined {
  const { scene, now, tolerance } = context;
  const news = (since: number | undefined): boolean => isNews(since, context);
  const owner = pod.controller?.uid;
  const newest = owner === undefined ? undefined : scene.newestHash(owner);
  if (newest === undefined || pod.revision !== newest) {
    const what = `${pod.name} is of revision ${pod.revision ?? 'unknown'}, the newest is ${newest ?? 'unknown'}`;
    return { what, race: owner !== undefined && news(scene.newestRevisionSince.get(owner)) };
  }
  if (pod.ready) return undefined;
  // A node that says that a driver waits for safe load contradicts what is believed of a Ready one: then nothing but a read will do.
  const unread = (since: number | undefined): boolean =>
    since !== undefined && now - since <= tolerance.readMs;
  const race = wasOtherwise(pod, scene, node.safeLoad === undefined ? news : unread);
  return { what: `${pod.name} is not Ready`, race };
}

/** Nobody need have heard of it yet. */
function isNews(since: number | undefined, { now, tolerance }: Context): boolean {
  return since !== undefined && now - since <= tolerance.watchMs;
}

/** It was Ready a moment ago, or another one was that it has replaced. */
function wasOtherwise(
  { uid }: SeenPod,
  { lastReady, boundAt }: Scene,
  news: (since: number | undefined) => boolean,
): boolean {
  return news(lastReady.get(uid)) || news(boundAt.get(uid)?.time);
}

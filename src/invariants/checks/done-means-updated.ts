import { accuse, type Check, type Context } from '../check.ts';
import { isNews, newestRevision, unknownNewest, type Doubt } from '../newest-driver.ts';
import type { SeenNode, SeenPod } from '../seen.ts';
import { claimsUpdated } from '../transitions.ts';

/** A node that claims to be upgraded has a driver pod of the newest revision, and it is Ready. */
export const doneMeansUpdated: Check = {
  node: ({ before, after }, context) => {
    if (before === undefined || after === undefined || before.state === after.state) return [];
    // Whoever put the node into the state before has claimed it, not the operator.
    if (!claimsUpdated(before.state, after.state) || context.scene.cameByHand.has(after.name)) return [];
    const drivers = context.scene.podsOn(after.name).filter((pod) => pod.driver && !pod.deleting);
    const wasReady = wasReadyLately(before, context);
    const doubts = drivers.map((pod) => outdated(pod, context) ?? notReady(pod, wasReady));
    if (doubts.includes(undefined)) return [];
    if (context.excused(after.name, 'state-change')) return [];
    const found = doubts.length > 0 ? doubts : [{ what: 'there is no driver pod', race: wasReady }];
    return accuse(
      'done-means-updated',
      after.name,
      `went from ${before.state} to ${after.state}: ${found.map((each) => each?.what).join('; ')}`,
      found.some((each) => each?.race === true),
    );
  },
};

function outdated(pod: SeenPod, context: Context): Doubt | undefined {
  const newest = newestRevision(pod, context);
  if (newest.hash !== undefined && pod.revision === newest.hash) return unknownNewest(pod, context);
  const what = `${pod.name} is of revision ${pod.revision ?? 'unknown'}, the newest is ${newest.hash ?? 'unknown'}`;
  return { what, race: newest.isNews };
}

function notReady({ name, ready }: SeenPod, race: boolean): Doubt | undefined {
  return ready ? undefined : { what: `${name} is not Ready`, race };
}

/**
 * Whether the node's driver, be it the same pod or another one, was Ready so short a time ago that nobody may have heard that it is not
 * any more. A node that says that a driver waits for safe load contradicts that: then nothing but a read will do, and one that is made
 * after the node has begun to say so cannot show a driver that was Ready before.
 */
function wasReadyLately(before: SeenNode, context: Context): boolean {
  const { scene, now, tolerance } = context;
  const since = scene.driverLastReady.get(before.name);
  if (before.safeLoad === undefined) return isNews(since, context);
  const readyBeside = since !== undefined && since >= (scene.safeLoadSince.get(before.name) ?? -Infinity);
  return readyBeside && now - since <= tolerance.readMs;
}

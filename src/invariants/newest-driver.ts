import type { Context } from './check.ts';
import type { SeenPod } from './seen.ts';

/** What is to be said of a driver pod, and whether it is so only since a moment ago. */
export interface Doubt {
  readonly what: string;
  readonly race: boolean;
}

/** Whether something is so new that nobody may have heard of it by watch. */
export function isNews(since: number | undefined, { now, tolerance }: Context): boolean {
  return since !== undefined && now - since <= tolerance.watchMs;
}

/**
 * Why nobody can know which driver is the newest one; undefined: it can be known.
 *
 * @see docs/contract.md, "Up to date"
 */
export function unknownNewest({ name, controller }: SeenPod, context: Context): Doubt | undefined {
  const since = context.scene.unobservedSince.get(controller?.uid ?? '');
  if (since === undefined) return undefined;
  const what = `which revision ${name} should be of is not known: its DaemonSet was changed ${context.now - since} ms before, and not taken up yet`;
  return { what, race: isNews(since, context) };
}

/** Whether a driver pod has come since its DaemonSet's newest revision, so that it was never out of date. */
export function cameSinceNewest({ uid, controller }: SeenPod, { scene }: Context): boolean {
  const newest = scene.newestRevisionSince.get(controller?.uid ?? '') ?? -Infinity;
  return (scene.boundAt.get(uid)?.time ?? -Infinity) > newest;
}

/** The revision that a driver pod should be of, and whether it is another than a moment ago. */
export function newestRevision(
  { controller }: SeenPod,
  context: Context,
): { readonly hash: string | undefined; readonly isNews: boolean } {
  if (controller === undefined) return { hash: undefined, isNews: false };
  const { scene } = context;
  return {
    hash: scene.newestHash(controller.uid),
    isNews: isNews(scene.newestRevisionSince.get(controller.uid), context),
  };
}

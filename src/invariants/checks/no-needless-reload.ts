import { accuse, type Check, type Context } from '../check.ts';
import { cameSinceNewest, newestRevision, unknownNewest, type Doubt } from '../newest-driver.ts';
import type { Change, SeenPod } from '../seen.ts';

/**
 * The upgrade deletes no driver pod that is up to date, and none of which nobody can know whether it is. Asked only where it is known
 * whose deed it was.
 */
export const noNeedlessReload: Check = {
  pod: (change, context) => {
    const { before, by } = change;
    if (by !== 'operator' || before?.driver !== true || !deletionBegins(change)) return [];
    const found = before.controller === undefined ? undefined : needless(before, context);
    return found === undefined
      ? []
      : accuse(
          'no-needless-reload',
          before.nodeName,
          `driver pod ${before.name} was deleted: ${found.what}`,
          found.race,
        );
  },
};

function needless(pod: SeenPod, context: Context): Doubt | undefined {
  const unknown = unknownNewest(pod, context);
  if (unknown !== undefined) return unknown;
  const newest = newestRevision(pod, context);
  if (pod.revision !== newest.hash) return undefined;
  return { what: 'it was up to date', race: newest.isNews && !cameSinceNewest(pod, context) };
}

/** A pod deleted without grace is gone at once. */
function deletionBegins({ before, after }: Change<SeenPod>): boolean {
  return before?.deleting === false && (after === undefined || after.deleting);
}

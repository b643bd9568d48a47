import { accuse, type Check } from '../check.ts';
import { newestRevision, unknownNewest } from '../newest-driver.ts';

/**
 * The upgrade deletes no driver pod that is up to date, and none of which nobody can know whether it is. Asked only where it is known
 * whose deed it was.
 */
export const noNeedlessReload: Check = {
  pod: ({ before, after, by }, context) => {
    if (by !== 'operator' || before?.driver !== true || before.deleting || after?.deleting === false)
      return [];
    if (before.controller === undefined) return [];
    const who = `driver pod ${before.name} was deleted`;
    const unknown = unknownNewest(before, context);
    if (unknown !== undefined)
      return accuse('no-needless-reload', before.nodeName, `${who}: ${unknown.what}`, unknown.race);
    const newest = newestRevision(before, context);
    if (before.revision !== newest.hash) return [];
    return accuse('no-needless-reload', before.nodeName, `${who}, which was up to date`, newest.isNews);
  },
};

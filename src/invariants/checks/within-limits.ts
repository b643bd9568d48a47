import { isInProgress } from '../../contract/states.ts';
import { accuse, type Check } from '../check.ts';

/** Nodes in progress never grow beyond maxParallelUpgrades, at any resourceVersion. */
export const withinLimits: Check = {
  node: ({ before, after }, { scene, now, tolerance, excused }) => {
    if (before === undefined || after === undefined) return [];
    if (isInProgress(before.state) || !isInProgress(after.state)) return [];
    const count = scene.inProgress.size;
    const [present, ...lately] = scene
      .policiesLately(now, tolerance.watchMs)
      .flatMap((policy) => (policy?.autoUpgrade === true ? [policy.maxParallelUpgrades] : []));
    const within = (limit: number, nodes: number): boolean => limit === 0 || nodes <= limit;
    // What somebody else put in progress so short a time ago, nobody may have heard of.
    const heardOf = [...scene.inProgress].filter(
      (node) => now - (scene.pushedAt.get(node) ?? -Infinity) > tolerance.watchMs,
    );
    if (present === undefined || within(present, count) || excused(after.name, 'state-change')) return [];
    const what = `${count} nodes in progress after it went from ${before.state} to ${after.state}; the limit is ${present}`;
    const race = [present, ...lately].some((limit) => within(limit, heardOf.length));
    return accuse('within-limits', after.name, what, race);
  },
};

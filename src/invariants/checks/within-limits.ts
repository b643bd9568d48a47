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
    const within = (limit: number): boolean => limit === 0 || count <= limit;
    if (present === undefined || within(present) || excused(after.name, 'state-change')) return [];
    const what = `${count} nodes in progress after it went from ${before.state} to ${after.state}; the limit is ${present}`;
    return accuse('within-limits', after.name, what, lately.some(within));
  },
};

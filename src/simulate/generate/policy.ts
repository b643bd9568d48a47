import type { Random } from '../../cluster/memory/random.ts';
import type { PolicyPlan } from '../scenario.ts';
import { FIRST_VERSION, JOBS } from './fixed.ts';

export function generatePolicy(random: Random): PolicyPlan {
  return {
    version: FIRST_VERSION,
    autoUpgrade: random.chance(0.95),
    maxParallelUpgrades: random.pick([1, 1, 1, 2, 2, 3, 0]),
    safeLoad: random.chance(0.4),
    waitForCompletion: {
      podSelector: random.chance(0.5) ? JOBS : '',
      timeoutSeconds: random.pick([0, 10, 60, 300]),
    },
    drain: random.chance(0.1)
      ? undefined
      : {
          enable: random.chance(0.92),
          force: random.chance(0.5),
          podSelector: random.chance(0.15) ? JOBS : '',
          timeoutSeconds: random.pick([0, 5, 30, 60, 300]),
          deleteEmptyDir: random.chance(0.5),
        },
  };
}

/** Something in it that people want otherwise. */
export function policyChange(random: Random): Partial<PolicyPlan> {
  const other = generatePolicy(random);
  const { autoUpgrade, maxParallelUpgrades, safeLoad, waitForCompletion } = other;
  return random.pick<Partial<PolicyPlan>>([
    { maxParallelUpgrades },
    { maxParallelUpgrades },
    { autoUpgrade: !autoUpgrade || random.chance(0.6) },
    { autoUpgrade: false },
    { safeLoad },
    { waitForCompletion },
    { drain: other.drain },
  ]);
}

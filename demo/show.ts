import { DRIVER_SECONDS } from './cluster/behaviour.ts';
import { NEW_VERSION } from './cluster/policy.ts';
import { usageBetween } from './operator/usage.ts';
import * as scenes from './scenes.ts';
import type { Cast, Stage } from './stage.ts';
import type { Outcome } from './summary.ts';

export interface Finale {
  readonly cast: Cast;
  readonly outcome: Outcome;
}

/**
 * The whole show, scene by scene.
 *
 * @throws Error if the rollout does not get to its end
 */
export async function runShow(stage: Stage): Promise<Finale> {
  scenes.introduce(stage);
  const cast = await scenes.installOperator(await scenes.startFleet(stage));
  await scenes.bringUpDriver(cast);
  await scenes.prepareTrouble(cast);
  const before = await cast.operator.usage();
  const elapsed = await scenes.upgrade(cast);
  await scenes.recover(cast, elapsed);
  const usage = usageBetween(before, await cast.operator.usage());
  return { cast, outcome: { ...outcomeOf(cast), usage } };
}

function outcomeOf({ options, plan, people, witness }: Cast): Omit<Outcome, 'usage'> {
  return {
    version: NEW_VERSION,
    parallel: options.parallel,
    driverSeconds: DRIVER_SECONDS / options.speed,
    snapshot: witness.snapshot(),
    changes: witness.changes,
    held: { node: plan.held, isCordoned: people.isCordoned(plan.held) },
    jobs: { nodes: plan.busy, succeeded: people.jobsSucceeded() },
    report: witness.report(),
  };
}

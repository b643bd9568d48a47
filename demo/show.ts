import { DRIVER_SECONDS } from './cluster/behaviour.ts';
import { usageBetween, type Usage } from './operator/usage.ts';
import * as scenes from './scenes.ts';
import type { Cast, Stage } from './stage.ts';
import type { Obstacles, Outcome } from './summary.ts';

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
  await scenes.upgrade(cast);
  await scenes.recover(cast);
  return { cast, outcome: { ...(await outcomeOf(cast, before)), obstacles: obstaclesOf(cast) } };
}

/**
 * What a rollout came to that is at its end.
 *
 * @param before what the operator had asked of the API server when the rollout began
 */
export async function outcomeOf({ options, witness, operator }: Cast, before: Usage): Promise<Outcome> {
  const snapshot = witness.snapshot();
  const failed = snapshot.nodes.filter(({ state }) => state === 'upgrade-failed');
  return {
    snapshot,
    rollout: witness.rollout,
    log: witness.log,
    driverSeconds: DRIVER_SECONDS / options.speed,
    changes: witness.changes,
    report: witness.report(failed.map(({ name }) => name)),
    usage: usageBetween(before, await operator.usage()),
  };
}

function obstaclesOf({ plan, people }: Cast): Obstacles {
  return {
    held: { node: plan.held, isCordoned: people.isCordoned(plan.held) },
    jobs: { count: plan.busy.length, succeeded: people.jobsSucceeded() },
  };
}

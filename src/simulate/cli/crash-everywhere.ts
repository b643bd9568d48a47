import { killedAt, SMALL_ROLLOUTS, type SmallRollout } from '../crash-everywhere.ts';
import { run } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { hunt, type HuntOptions } from './hunt.ts';

/** Kills the operator at every call of every small rollout, before and after. Returns the exit status. */
export async function crashEverywhere(
  options: Pick<HuntOptions, 'workers' | 'output' | 'shrink'>,
): Promise<number> {
  const scenarios: Scenario[] = [];
  for (const rollout of SMALL_ROLLOUTS) {
    const calls = await callsOf(rollout);
    if (options.output === 'text')
      console.log(`${rollout.name}: ${calls} calls, so ${2 * calls} ways to die`);
    for (let call = 1; call <= calls; call += 1) {
      scenarios.push(killedAt(rollout, call, 'before'), killedAt(rollout, call, 'after'));
    }
  }
  if (options.output === 'text') console.log('');
  return await hunt({ ...options, scenarios: scenarios.values(), count: scenarios.length, shrink: false });
}

/** How many calls the operator makes in the rollout when it is left alone. @throws Error if that goes wrong already */
async function callsOf({ name, scenario }: SmallRollout): Promise<number> {
  const { failure, callsInTroubles } = await run(scenario);
  if (failure !== undefined)
    throw new Error(`"${name}" goes wrong without a crash: ${failure.kind}: ${failure.what}`);
  return callsInTroubles;
}

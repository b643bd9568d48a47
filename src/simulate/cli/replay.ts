import { generate } from '../generate.ts';
import { run } from '../run.ts';
import { tellFailure, tellScenario } from './tell.ts';

/** Runs one seed and tells all of it. Returns the exit status. */
export async function replay(seed: number, shrinkIt: boolean): Promise<number> {
  const scenario = generate(seed);
  const outcome = await run(scenario, { trace: true });
  console.log(tellScenario(scenario));
  console.log(outcome.trace.join('\n'));
  if (outcome.failure === undefined) {
    console.log(`\nSeed ${seed} kept every promise.`);
    return 0;
  }
  console.log('');
  console.log(await tellFailure(scenario, shrinkIt));
  return 1;
}

import type { Outcome } from '../outcome.ts';
import { run } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { shrink } from '../shrink.ts';

/** How much of the trace before the failure is told. */
const LAST_LINES = 60;

/** The story of a run that went wrong: with as little in it as it takes. */
export async function tellFailure(scenario: Scenario, shrinkIt: boolean): Promise<string> {
  const first = await run(scenario);
  if (first.failure === undefined) return `Seed ${scenario.seed} kept every promise.`;
  const smallest = shrinkIt ? await shrink(scenario, run, { kind: first.failure.kind }) : scenario;
  return story(smallest, await run(smallest, { trace: true }));
}

function story(scenario: Scenario, { failure, trace }: Outcome): string {
  if (failure === undefined) return '';
  const where = failure.node === undefined ? '' : ` on ${failure.node}`;
  return [
    `Seed ${scenario.seed}: ${failure.kind}${where}, ${failure.at.toFixed(3)} s after the start`,
    `  ${failure.what}`,
    ...failure.lately.map((line) => `    ${line}`),
    '',
    tellScenario(scenario),
    `The last of what happened (--seed ${scenario.seed} tells all):`,
    ...trace.slice(-LAST_LINES).map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** What a run begins with, and what happens to it. */
export function tellScenario(scenario: Scenario): string {
  const { nodes, workloads, policy, incidents, faults, replicas } = scenario;
  return [
    `  ${replicas} operator process(es), driver loads in ${scenario.driverLoad} ms`,
    `  policy: ${JSON.stringify(policy)}`,
    ...nodes.map((node) => `  node: ${JSON.stringify(node)}`),
    ...workloads.map((workload) => `  work: ${JSON.stringify(workload)}`),
    ...incidents.map(
      ({ at, kind, ...rest }) => `  at ${(at / 1000).toFixed(3)} s: ${kind} ${JSON.stringify(rest)}`,
    ),
    ...faults.map(
      ({ from, until, fault, rate }) =>
        `  from ${(from / 1000).toFixed(3)} s to ${(until / 1000).toFixed(3)} s: ${fault}, ${rate * 100} % of calls or events`,
    ),
    '',
  ].join('\n');
}

import type { Outcome } from './outcome.ts';
import type { Scenario } from './scenario.ts';

/** Something less in a scenario, if there is something to take away. */
type Reduction = (scenario: Scenario) => readonly Scenario[];

/** From the coarse to the fine. What is tried first takes away most. */
const REDUCTIONS: readonly Reduction[] = [
  (scenario) => halves(scenario.incidents).map((incidents) => ({ ...scenario, incidents })),
  (scenario) => halves(scenario.faults).map((faults) => ({ ...scenario, faults })),
  (scenario) => each(scenario.incidents).map((incidents) => ({ ...scenario, incidents })),
  (scenario) => each(scenario.faults).map((faults) => ({ ...scenario, faults })),
  (scenario) => each(scenario.workloads).map((workloads) => ({ ...scenario, workloads })),
  (scenario) =>
    scenario.nodes.length > 1 ? each(scenario.nodes).map((nodes) => ({ ...scenario, nodes })) : [],
  (scenario) => (scenario.replicas > 1 ? [{ ...scenario, replicas: 1 }] : []),
  (scenario) =>
    scenario.workloads.flatMap((workload, index) =>
      workload.replicas > 1
        ? [{ ...scenario, workloads: scenario.workloads.with(index, { ...workload, replicas: 1 }) }]
        : [],
    ),
];

/**
 * Takes away from a scenario whatever it takes to go wrong does not need, until nothing more can go.
 *
 * @param fails whether it still goes wrong in the same way
 * @param budget the most runs to spend
 */
export async function shrink(
  scenario: Scenario,
  run: (scenario: Scenario) => Promise<Outcome>,
  { kind, budget = 300, onProgress = () => undefined }: ShrinkOptions,
): Promise<Scenario> {
  let smallest = scenario;
  let left = budget;
  for (let reduced = true; reduced;) {
    reduced = false;
    for (const reduction of REDUCTIONS) {
      // Taken away from the back first: what comes late in a run is seldom what it began with.
      for (
        let candidate = next(reduction, smallest, 0), index = 0;
        candidate !== undefined;
        candidate = next(reduction, smallest, index)
      ) {
        if (left === 0) return smallest;
        left -= 1;
        const { failure } = await run(candidate);
        if (failure?.kind === kind) {
          smallest = candidate;
          reduced = true;
          onProgress(smallest);
        } else {
          index += 1;
        }
      }
    }
  }
  return smallest;
}

export interface ShrinkOptions {
  /** What kind of failure is looked for. */
  readonly kind: string;
  readonly budget?: number;
  readonly onProgress?: (scenario: Scenario) => void;
}

function next(reduction: Reduction, scenario: Scenario, index: number): Scenario | undefined {
  return reduction(scenario).at(-1 - index);
}

function halves<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 4) return [];
  const middle = items.length >> 1;
  return [items.slice(0, middle), items.slice(middle)];
}

/** With each of the items left out in turn. */
function each<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.map((_, index) => items.filter((__, other) => other !== index));
}

import { describe, expect, it } from 'vitest';
import { generate } from './generate.ts';
import { NO_FIGURES, type Outcome } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';

/** Goes wrong whenever these are there together. */
function failingWith(isBad: (scenario: Scenario) => boolean) {
  return (scenario: Scenario): Promise<Outcome> => {
    const failure = isBad(scenario)
      ? { kind: 'bad', what: '', node: undefined, at: 0, lately: [] }
      : undefined;
    return Promise.resolve({
      seed: scenario.seed,
      failure,
      figures: NO_FIGURES,
      callsInTroubles: 0,
      trace: [],
    });
  };
}

describe('Shrinking', () => {
  const seed = Array.from({ length: 200 }, (_, index) => index).find(
    (each) => generate(each).incidents.length > 6 && generate(each).nodes.length > 3,
  )!;

  it('leaves only what it takes to go wrong', async () => {
    const scenario = generate(seed);
    const culprit = scenario.incidents[2]!;
    const isBad = ({ incidents }: Scenario): boolean => incidents.includes(culprit);
    const smallest = await shrink(scenario, failingWith(isBad), { kind: 'bad' });
    expect(smallest.incidents).toEqual([culprit]);
    expect([smallest.faults, smallest.workloads]).toEqual([[], []]);
    expect(smallest.nodes).toHaveLength(1);
  });

  it('keeps what goes wrong only together', async () => {
    const scenario = generate(seed);
    const [first, , third] = scenario.incidents;
    const isBad = ({ incidents }: Scenario): boolean =>
      incidents.includes(first!) && incidents.includes(third!);
    const smallest = await shrink(scenario, failingWith(isBad), { kind: 'bad' });
    expect(smallest.incidents).toEqual([first, third]);
  });
});

describe('A scenario', () => {
  it('is the same for the same seed', () => {
    expect(generate(42)).toEqual(generate(42));
    expect(generate(1)).not.toEqual(generate(2));
  });
});

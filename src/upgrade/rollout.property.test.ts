import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyScenario, calmDown, play, recoverByHand, type Scenario } from './testing/scenarios.ts';
import type { World } from './testing/world.ts';

const statesOf = (world: World): readonly string[] => world.machines.map(({ state }) => state);

/** Checks something of a rollout through whatever people and faults do meanwhile. */
function throughAllTrouble(check: (scenario: Scenario) => void): void {
  fc.assert(fc.property(anyScenario, check), { numRuns: 150 });
}

describe('a rollout through whatever people and faults do', { timeout: 60_000 }, () => {
  it('keeps the limit, the table of states, people’s cordons, and reloads no driver under a running workload', () => {
    throughAllTrouble((scenario) => {
      expect(play(scenario).breaches).toEqual([]);
    });
  });

  it('ends on every node once the faults have: by itself, or failed for a person to look at', () => {
    throughAllTrouble((scenario) => {
      const world = play(scenario);
      calmDown(world);
      expect(
        statesOf(world).filter((state) => state !== 'upgrade-done' && state !== 'upgrade-failed'),
      ).toEqual([]);
      expect(world.breaches).toEqual([]);
    });
  });

  it('is done on every node, with the driver that is wanted, after people did what the manual says', () => {
    throughAllTrouble((scenario) => {
      const world = play(scenario);
      calmDown(world);
      recoverByHand(world);
      expect(statesOf(world)).toEqual(world.machines.map(() => 'upgrade-done'));
      expect(world.machines.map(({ drivers }) => drivers.map(({ revision }) => revision))).toEqual(
        world.machines.map(() => [world.wanted]),
      );
      expect(world.machines.flatMap(({ annotations }) => Object.keys(annotations))).toEqual([]);
    });
  });

  it('leaves exactly those nodes cordoned that a person has cordoned last', () => {
    throughAllTrouble((scenario) => {
      const world = play(scenario);
      calmDown(world);
      recoverByHand(world);
      for (const { name, unschedulable, isPersonsCordon } of world.machines) {
        expect(unschedulable, name).toBe(isPersonsCordon);
      }
    });
  });

  it('has the same history whenever the same happens', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(play(scenario).history).toEqual(play(scenario).history);
      }),
      { numRuns: 30 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInProgress, UPGRADE_STATES, type NodeState } from '../contract/states.ts';
import { Fleet } from './fleet.ts';
import { aPolicy } from './testing/builders.ts';

/** A fleet that keeps nothing but the nodes, and counts anew whenever it is asked. */
class CountedFleet {
  readonly states = new Map<string, NodeState>();
  readonly wishes = new Map<string, 'recover' | 'start'>();
  readonly granted = new Set<string>();

  get inProgress(): number {
    return [...this.states.values()].filter(isInProgress).length + this.granted.size;
  }

  get counts(): ReadonlyMap<NodeState, number> {
    const counts = new Map<NodeState, number>();
    for (const state of this.states.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  grant(limit: number): readonly string[] {
    const names: string[] = [];
    while (limit === 0 || this.inProgress < limit) {
      const next = this.#waiting('recover')[0] ?? this.#waiting('start')[0];
      if (next === undefined) break;
      this.wishes.delete(next);
      this.granted.add(next);
      names.push(next);
    }
    return names;
  }

  #waiting(wish: 'recover' | 'start'): readonly string[] {
    return [...this.wishes]
      .filter(([, each]) => each === wish)
      .map(([name]) => name)
      .sort();
  }
}

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__');
const state = fc.constantFrom<NodeState>('none', ...UPGRADE_STATES);

type Command = (fleet: Fleet, model: CountedFleet) => void;

const see = fc.tuple(name, state).map(([node, to]): Command => (fleet, model) => {
  fleet.see(node, to);
  if (model.states.get(node) !== to && isInProgress(to)) model.granted.delete(node);
  model.states.set(node, to);
});

const wish = fc
  .tuple(name, fc.constantFrom('recover', 'start', undefined))
  .map(([node, wanted]): Command => (fleet, model) => {
    // A node that holds a slot does not wish for one.
    if (model.granted.has(node)) return;
    fleet.wish(node, wanted);
    if (!model.states.has(node)) return;
    if (wanted === undefined) model.wishes.delete(node);
    else model.wishes.set(node, wanted);
  });

const grant = fc.nat({ max: 3 }).map((limit): Command => (fleet, model) => {
  const before = model.inProgress;
  const policy = aPolicy({ maxParallelUpgrades: limit });
  expect(fleet.grant(policy)).toEqual(model.grant(limit));
  if (limit > 0) expect(fleet.counts.inProgress).toBeLessThanOrEqual(Math.max(limit, before));
});

const withdraw = name.map((node): Command => (fleet, model) => {
  fleet.withdraw(node);
  model.granted.delete(node);
});

const remove = name.map((node): Command => (fleet, model) => {
  fleet.remove(node);
  model.granted.delete(node);
  model.wishes.delete(node);
  model.states.delete(node);
});

describe('a fleet', { timeout: 60_000 }, () => {
  it('says at any moment what counting everything anew would say, and never grants beyond a limit', () => {
    const command = fc.oneof(see, see, wish, wish, grant, withdraw, remove);
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const fleet = new Fleet();
        const model = new CountedFleet();
        for (const run of commands) {
          run(fleet, model);
          expect(fleet.counts.inProgress).toBe(model.inProgress);
          expect(fleet.states).toEqual(model.counts);
          expect(fleet.size).toBe(model.states.size);
          for (const node of ['a', 'b', '__proto__'])
            expect(fleet.isGranted(node)).toBe(model.granted.has(node));
        }
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeFacts } from './node-plan.ts';
import { Tally } from './tally.ts';

const facts: fc.Arbitrary<NodeFacts> = fc.record({
  desired: fc.boolean(),
  current: fc.boolean(),
  misscheduled: fc.boolean(),
  ready: fc.boolean(),
  updated: fc.boolean(),
  rollout: fc.constantFrom('none', 'unavailable', 'outdated-unavailable', 'outdated'),
});
const node = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const news = fc.array(fc.tuple(node, fc.option(facts, { nil: undefined })), { maxLength: 30 });

function kept(changes: readonly (readonly [string, NodeFacts | undefined])[]): {
  tally: Tally;
  nodes: Map<string, NodeFacts>;
} {
  const tally = new Tally();
  const nodes = new Map<string, NodeFacts>();
  for (const [name, now] of changes) {
    tally.set(name, now);
    if (now === undefined) nodes.delete(name);
    else nodes.set(name, now);
  }
  return { tally, nodes };
}

describe('A tally', () => {
  it('is what counting everything anew would give', () => {
    fc.assert(
      fc.property(news, (changes) => {
        const { tally, nodes } = kept(changes);
        for (const [key, count] of Object.entries(tally.counts)) {
          expect(count).toBe([...nodes.values()].filter((each) => each[key as 'ready']).length);
        }
      }),
    );
  });

  it('replaces no more than may be unavailable, but whatever is broken', () => {
    fc.assert(
      fc.property(news, fc.integer({ min: 1, max: 4 }), (changes, maxUnavailable) => {
        const { tally, nodes } = kept(changes);
        const of = (...rollouts: readonly string[]): readonly string[] =>
          [...nodes].filter(([, { rollout }]) => rollouts.includes(rollout)).map(([name]) => name);
        const replaced = tally.toReplace(maxUnavailable);
        expect(replaced).toEqual(expect.arrayContaining([...of('outdated-unavailable')]));
        const working = replaced.filter((name) => of('outdated').includes(name));
        expect(working).toHaveLength(replaced.length - of('outdated-unavailable').length);
        const missing = of('unavailable', 'outdated-unavailable').length;
        expect(working).toHaveLength(Math.min(of('outdated').length, Math.max(maxUnavailable - missing, 0)));
      }),
    );
  });
});

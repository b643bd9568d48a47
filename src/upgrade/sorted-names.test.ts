import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SortedNames } from './sorted-names.ts';

describe('sorted names', () => {
  it('are those of a sorted set, whatever is added and deleted', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'node-1', 'node-10', 'node-2', '__proto__', '');
    fc.assert(
      fc.property(fc.array(fc.record({ name, add: fc.boolean() }), { maxLength: 40 }), (steps) => {
        const names = new SortedNames();
        const model = new Set<string>();
        for (const step of steps) {
          if (step.add) {
            names.add(step.name);
            model.add(step.name);
          } else {
            names.delete(step.name);
            model.delete(step.name);
          }
          const sorted = [...model].sort();
          expect(names.first()).toBe(sorted[0]);
          expect(names.firstFew(3, () => true)).toEqual(sorted.slice(0, 3));
          expect(names.firstFew(100, (name) => name !== sorted[0])).toEqual(sorted.slice(1));
        }
      }),
    );
  });

  it('stay so in a large fleet, in whatever order they come and go', () => {
    const fleet = Array.from({ length: 3000 }, (_, index) => `node-${index}`);
    const anyOrder = fc.shuffledSubarray(fleet, { minLength: fleet.length });
    fc.assert(
      fc.property(anyOrder, anyOrder, fc.nat(fleet.length), (coming, going, gone) => {
        const names = new SortedNames();
        for (const name of coming) names.add(name);
        for (const name of going.slice(0, gone)) names.delete(name);
        for (const name of coming.slice(0, 50)) names.add(name);
        const left = new Set([...going.slice(gone), ...coming.slice(0, 50)]);
        expect(names.firstFew(fleet.length, () => true)).toEqual([...left].sort());
      }),
      { numRuns: 20 },
    );
  });
});

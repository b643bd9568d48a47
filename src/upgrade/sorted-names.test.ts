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
});

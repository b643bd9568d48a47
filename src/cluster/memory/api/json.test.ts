import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareStructure } from './json.ts';

// Few keys and values, so that equal parts are common.
const key = fc.constantFrom('a', 'b', 'constructor', '__proto__');
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, 0, 1, 'x', true), tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  map: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 3 })
    .map(
      (entries) =>
        JSON.parse(`{${entries.map(([k, v]) => `"${k}":${JSON.stringify(v)}`).join(',')}}`) as unknown,
    ),
})).value;

/** As JSON, with the keys in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `"${k}":${canonical(v)}`).join(',')}}`;
}

describe('shareStructure', () => {
  it('changes nothing about what is there, and gives back the very object if it is equal to the one before', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const text = canonical(after);
        expect(canonical(shareStructure(before, after))).toBe(text);
        expect(canonical(after)).toBe(text);
        expect(shareStructure(after, JSON.parse(text))).toBe(after);
      }),
    );
  });

  it('takes equal parts from the object before', () => {
    const before = { kept: { deep: [1, { x: 'y' }] }, changed: { a: 1, also: { kept: true } } };
    const after = { kept: { deep: [1, { x: 'y' }] }, changed: { a: 2, also: { kept: true } } };
    const shared = shareStructure(before, after);
    expect(shared.kept).toBe(before.kept);
    expect(shared.changed).toEqual({ a: 2, also: { kept: true } });
    expect(shared.changed.also).toBe(before.changed.also);
  });
});

import { describe, expect, it } from 'vitest';
import { missedBetween, momentOf, type Missed, type Moment } from './gap.ts';

/** A store's history: which objects, each with its version, there are at each resourceVersion. */
const HISTORY: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  10: { a: 5, b: 7 },
  11: { a: 5, b: 7 },
  12: { a: 12, b: 7 },
  13: { a: 12, b: 7 },
  14: { a: 12 },
  15: { a: 15 },
  16: { a: 15, c: 16 },
  17: { a: 15, c: 16 },
  18: { a: 15, c: 16 },
  19: { a: 15, c: 16, d: 19 },
  20: { a: 15, c: 16, d: 19 },
  21: { a: 15, c: 16 },
  22: { a: 15, c: 16 },
};

function at(rv: number): Moment {
  const items = Object.entries(HISTORY[rv] ?? {}).map(([uid, version]) => ({
    metadata: { name: uid, uid, resourceVersion: String(version) },
  }));
  return momentOf(rv, items);
}

async function missed(from: number, to: number): Promise<readonly string[]> {
  const found: Missed[] = [];
  for await (const each of missedBetween(at(from), at(to), (rv) => Promise.resolve(at(rv)))) found.push(each);
  return found.map(
    (each) => `${each.rv} ${each.type} ${each.type === 'gone' ? each.uid : each.object.metadata.name}`,
  );
}

describe('missedBetween', () => {
  it('finds every change, in order, with its resourceVersion', async () => {
    expect(await missed(10, 17)).toEqual(['12 changed a', '14 gone b', '15 changed a', '16 changed c']);
  });

  it('finds an object that came and went', async () => {
    expect(await missed(17, 22)).toEqual(['19 changed d', '21 gone d']);
  });

  it('finds nothing where nothing happened', async () => {
    expect(await missed(16, 17)).toEqual([]);
  });
});

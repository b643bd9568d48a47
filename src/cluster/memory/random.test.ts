import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

const draw = (random: Random, count: number): readonly number[] =>
  Array.from({ length: count }, () => random.next());

describe('Chance', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(draw(new Random(7), 5)).toEqual(draw(new Random(7), 5));
    expect(draw(new Random(7), 5)).not.toEqual(draw(new Random(8), 5));
  });

  it('of a fork does not depend on what was drawn before', () => {
    const random = new Random(7);
    const before = draw(random.fork('a'), 3);
    random.next();
    expect(draw(random.fork('a'), 3)).toEqual(before);
    expect(draw(random.fork('b'), 3)).not.toEqual(before);
  });

  it('is even: each tenth of the range gets about a tenth', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const value of draw(new Random('even'), 100_000)) tenths[Math.floor(value * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('reaches both ends of a range of whole numbers', () => {
    const random = new Random(1);
    expect(new Set(Array.from({ length: 200 }, () => random.int(2, 4)))).toEqual(new Set([2, 3, 4]));
  });
});

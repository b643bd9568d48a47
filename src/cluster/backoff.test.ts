import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

function delays(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => backoff.next());
}

describe('Backoff', () => {
  it('doubles up to the longest delay', () => {
    const backoff = new Backoff({ first: 100, longest: 500 }, () => 0);
    expect(delays(backoff, 5)).toEqual([100, 200, 400, 500, 500]);
  });

  it('shortens each delay by up to half, at random', () => {
    expect(new Backoff({ first: 100, longest: 500 }, () => 0.5).next()).toBe(75);
    expect(new Backoff({ first: 100, longest: 500 }, () => 0.999).next()).toBeCloseTo(50, 0);
  });

  it('begins anew after a reset', () => {
    const backoff = new Backoff({ first: 100, longest: 500 }, () => 0);
    delays(backoff, 3);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('stays at the longest delay however often it fails', () => {
    const backoff = new Backoff({ first: 100, longest: 500 }, () => 0);
    expect(delays(backoff, 5000).at(-1)).toBe(500);
  });
});

import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';
import { scaledClock } from './scaled-clock.ts';

describe('A scaled clock', () => {
  it('starts at the time of the clock beneath it and then goes as many times as fast', async () => {
    const base = new VirtualClock();
    await base.advance(500);
    const clock = scaledClock({ base, speed: 60 });
    const start = clock.now();
    expect(start).toBe(base.now());
    await base.advance(1_000);
    expect(clock.now() - start).toBe(60_000);
    expect(clock.monotonic()).toBe(60_000);
  });

  it('calls back when the delay has passed on itself', async () => {
    const base = new VirtualClock();
    const clock = scaledClock({ base, speed: 10 });
    const fired: number[] = [];
    clock.after(5_000, () => fired.push(clock.monotonic()));
    await base.advance(499);
    expect(fired).toEqual([]);
    await base.advance(1);
    expect(fired).toEqual([5_000]);
  });

  it('can go slower, too', async () => {
    const base = new VirtualClock();
    const clock = scaledClock({ base, speed: 0.5 });
    const fired: string[] = [];
    clock.after(100, () => fired.push('once'));
    await base.advance(199);
    expect(fired).toEqual([]);
    await base.advance(1);
    expect(fired).toEqual(['once']);
  });

  it('does not call back what was cancelled', async () => {
    const base = new VirtualClock();
    const clock = scaledClock({ base, speed: 2 });
    const fired: string[] = [];
    const cancel = clock.after(10, () => fired.push('cancelled'));
    clock.after(10, () => fired.push('kept'));
    cancel();
    await base.advance(10);
    expect(fired).toEqual(['kept']);
  });

  it.each([0, -1, NaN, Infinity])('refuses to go at a speed of %s', (speed) => {
    expect(() => scaledClock({ base: new VirtualClock(), speed })).toThrow(RangeError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('A virtual clock', () => {
  it('stands still until it is told to go on', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 5, 1));
    expect(clock.now()).toBe(Date.UTC(2026, 5, 1));
    await clock.advance(1500);
    expect(clock.now()).toBe(Date.UTC(2026, 5, 1) + 1500);
    expect(clock.monotonic()).toBe(1500);
  });

  it('fires timers in the order of their times, those of one moment in the order in which they were set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 200 }), async (delays) => {
        const clock = new VirtualClock();
        const fired: (readonly [at: number, index: number])[] = [];
        for (const [index, delay] of delays.entries()) {
          clock.after(delay, () => fired.push([clock.monotonic(), index]));
        }
        await clock.advance(20);
        const due = delays.map((delay, index) => [delay, index] as const);
        expect(fired).toEqual(due.sort(([a, i], [b, j]) => a - b || i - j));
      }),
      { numRuns: 50 },
    );
  });

  it('does not fire a timer that was called off, however many there are', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const cancels = Array.from({ length: 500 }, (_, index) =>
      clock.after(index, () => {
        fired.push(index);
      }),
    );
    for (const [index, cancel] of cancels.entries()) if (index % 100 !== 0) cancel();
    expect(clock.nextAt).toBe(0);
    await clock.advance(1000);
    expect(fired).toEqual([0, 100, 200, 300, 400]);
    expect(clock.nextAt).toBeUndefined();
  });

  it('lets everything that follows from a timer happen before the next one fires', async () => {
    const clock = new VirtualClock();
    const story: string[] = [];
    clock.after(10, () => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => story.push('what follows'));
    });
    clock.after(10, () => story.push('the next'));
    await clock.advance(10);
    expect(story).toEqual(['what follows', 'the next']);
  });

  it('goes step by step, but not beyond a limit', async () => {
    const clock = new VirtualClock();
    clock.after(100, () => undefined);
    expect(await clock.step(99)).toBe(false);
    expect(clock.monotonic()).toBe(99);
    expect(await clock.step(100)).toBe(true);
    expect(await clock.step()).toBe(false);
    expect(clock.monotonic()).toBe(100);
  });

  it('tells in how long each timer fires that is set', async () => {
    const clock = new VirtualClock();
    for (const delay of [300, 100, 100, 50]) clock.after(delay, () => undefined);
    clock.after(200, () => undefined)();
    await clock.advance(60);
    expect(clock.pending).toEqual([40, 40, 240]);
  });

  it('fires a timer that is set in the past now, not then', async () => {
    const clock = new VirtualClock();
    await clock.advance(50);
    clock.after(-10, () => undefined);
    expect(clock.nextAt).toBe(50);
  });
});

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { Cutoff } from './cutoff.ts';

function make() {
  const clock = new VirtualClock();
  const controller = new AbortController();
  return { clock, controller, cutoff: new Cutoff(clock, controller.signal) };
}

describe('Cutoff', () => {
  it('ends the request when time runs out, counted from when it was armed last', async () => {
    const { clock, cutoff } = make();
    cutoff.arm(100);
    await clock.advance(99);
    cutoff.arm(100);
    await clock.advance(99);
    expect(cutoff.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(cutoff.signal.aborted).toBe(true);
    expect(cutoff.reason).toBe('timeout');
  });

  it('ends the request when the caller gives up, before or after it began', () => {
    const { controller, cutoff } = make();
    controller.abort();
    expect(cutoff.reason).toBe('aborted');
    const late = new Cutoff(new VirtualClock(), controller.signal);
    expect({ reason: late.reason, aborted: late.signal.aborted }).toEqual({
      reason: 'aborted',
      aborted: true,
    });
  });

  it('rejects a race with work that takes no notice of the signal', async () => {
    const { controller, cutoff } = make();
    const raced = cutoff.race(new Promise(() => undefined));
    controller.abort();
    await expect(raced).rejects.toThrow('cut off');
  });

  it('does nothing any more once it is released', async () => {
    const { clock, controller, cutoff } = make();
    cutoff.arm(100);
    cutoff.release();
    controller.abort();
    await clock.advance(1000);
    expect({ reason: cutoff.reason, aborted: cutoff.signal.aborted }).toEqual({
      reason: undefined,
      aborted: false,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { steadyClock } from './clock.ts';
import { VirtualClock } from './memory/virtual-clock.ts';

describe('A steady clock', () => {
  it('goes on from the time of day that it began at, whatever becomes of the machine’s', async () => {
    const machine = new VirtualClock();
    let jump = 0;
    const clock = steadyClock({
      now: () => machine.now() + jump,
      monotonic: () => machine.monotonic(),
      after: (delay, callback) => machine.after(delay, callback),
    });
    const began = clock.now();
    expect(began).toBe(machine.now());
    jump = -86_400_000;
    await machine.advance(5_000);
    expect(clock.now() - began).toBe(5_000);
  });
});

import type { Clock } from '../clock.ts';

export interface ScaledClockOptions {
  readonly base: Clock;
  /** How many of its milliseconds pass in one of the base clock's. More than 0. */
  readonly speed: number;
}

/**
 * A clock that starts with another one and then goes `speed` times as fast. It follows the base clock's monotonic time, so it does not
 * jump when the base clock is set.
 *
 * @throws RangeError if the speed is not a positive number
 */
export function scaledClock({ base, speed }: ScaledClockOptions): Clock {
  if (!(speed > 0 && speed < Infinity)) throw new RangeError(`A clock cannot go at a speed of ${speed}`);
  const epoch = base.now();
  const start = base.monotonic();
  const elapsed = (): number => (base.monotonic() - start) * speed;
  return {
    now: () => Math.floor(epoch + elapsed()),
    monotonic: elapsed,
    after: (delay, callback) => base.after(delay / speed, callback),
  };
}

import { onAbort } from './abort.ts';

/** Time, given to whoever needs it, so that a test or a simulation can be its own clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch, as this machine believes. It may jump. */
  now(): number;
  /** Milliseconds on a clock that never jumps or goes back; its zero means nothing. */
  monotonic(): number;
  /** Calls back once, `delay` milliseconds from now, unless the returned function is called before. */
  after(delay: number, callback: () => void): () => void;
}

// setTimeout fires at once when its delay does not fit in 31 bits.
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delay, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(delay, 0), LONGEST_TIMER));
    return () => {
      clearTimeout(timer);
    };
  },
};

/**
 * A clock whose time of day goes on from what it is now and never jumps, whatever becomes of the machine's. For whoever measures how long
 * something has lasted by times of day.
 */
export function steadyClock(clock: Clock): Clock {
  const offset = clock.now() - clock.monotonic();
  return {
    now: () => offset + clock.monotonic(),
    monotonic: () => clock.monotonic(),
    after: (delay, callback) => clock.after(delay, callback),
  };
}

/** Resolves after `delay` milliseconds, or as soon as the signal aborts. */
export function sleep(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      forget();
      resolve();
    };
    const cancel = clock.after(delay, done);
    const forget = onAbort(signal, done);
  });
}

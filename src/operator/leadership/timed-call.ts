import type { Clock } from '../../cluster/clock.ts';
import { tiedTo } from './tied-signal.ts';

interface Limits {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/**
 * Makes a call and gives it up after some time, or when the signal aborts.
 *
 * @throws ApiError of the call
 */
export async function timedCall<R>(
  { clock, timeout, signal }: Limits,
  call: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const limited = tiedTo(signal);
  const cancel = clock.after(timeout, limited.abort);
  try {
    return await call(limited.signal);
  } finally {
    cancel();
    limited.untie();
  }
}

import { Backoff } from '../cluster/backoff.ts';
import { sleep } from '../cluster/clock.ts';
import type { Clock } from '../cluster/clock.ts';
import { ApiError, hasCode } from '../cluster/errors.ts';

/** What a driver pod's log needs of a logger: constant messages, the rest in fields. */
export interface SafeLoadLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface Retrying {
  readonly clock: Clock;
  readonly log: SafeLoadLog;
  /** From 0 to 1: keeps a fleet of nodes from calling in step. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

const DELAYS = { first: 1_000, longest: 30_000 };
const LONGEST_DELAY_ASKED_FOR = 60_000;

/**
 * Tries until it succeeds, later and later. An error that may pass by itself (the API server is away, somebody else wrote first) is
 * waited out for ever; one that somebody has to mend, at most `refusals` times in all.
 *
 * @param step what is tried, for the log
 * @throws the last error; the signal's reason once it aborts
 */
export async function retry<T>(
  context: Retrying,
  step: string,
  refusals: number,
  attempt: () => Promise<T>,
): Promise<T> {
  const backoff = new Backoff(DELAYS, context.random);
  let refused = 0;
  for (;;) {
    context.signal.throwIfAborted();
    let delay: number;
    try {
      return await attempt();
    } catch (error) {
      context.signal.throwIfAborted();
      const passing = mayPass(error);
      refused += passing ? 0 : 1;
      if (refused >= refusals) {
        throw error;
      }
      delay = Math.max(backoff.next(), delayAskedFor(error));
      const fields = { error, step, retryInSeconds: Math.round(delay / 1000) };
      if (passing) {
        context.log.warn(fields, 'step failed for now: trying again');
      } else {
        context.log.error(fields, 'step failed, somebody has to mend it: trying again');
      }
    }
    await sleep(context.clock, delay, context.signal);
  }
}

function mayPass(error: unknown): boolean {
  return (error instanceof ApiError && error.retryable) || hasCode(error, 'precondition-failed', 'conflict');
}

function delayAskedFor(error: unknown): number {
  const seconds = error instanceof ApiError ? (error.details.retryAfterSeconds ?? 0) : 0;
  return Math.min(seconds * 1000, LONGEST_DELAY_ASKED_FOR);
}

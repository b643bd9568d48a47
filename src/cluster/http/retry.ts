import { Backoff } from '../backoff.ts';
import { sleep, type Clock } from '../clock.ts';
import { ApiError, type ApiErrorCode } from '../errors.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly onRetry?: (error: ApiError, delayMs: number) => void;
}

const TRIES = 4;
const DELAYS = { first: 100, longest: 2_000 };

// Who is asked to stay away for longer than this had better say so to its caller than sit and wait.
const LONGEST_RETRY_AFTER_SECONDS = 10;

/** What a read is worth another try for: it may be made again whatever became of it. */
export const READ_RETRIES: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>([
  'connection',
  'server',
  'too-many-requests',
]);

/** What a write is worth another try for: only where the server has certainly done nothing. */
export const WRITE_RETRIES: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>(['too-many-requests']);

/**
 * Makes a call again, up to three times, while it fails in one of the ways given, after a short delay or the one the server asked for and
 * up to half as much again.
 *
 * @throws ApiError of the last try
 */
export async function withRetries<R>(
  attempt: () => Promise<R>,
  codes: ReadonlySet<ApiErrorCode>,
  { clock, random, signal, onRetry }: RetryOptions,
): Promise<R> {
  const backoff = new Backoff(DELAYS, random);
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ApiError) || !codes.has(error.code) || tries === TRIES) throw error;
      const retryAfter = error.details.retryAfterSeconds ?? 0;
      if (retryAfter > LONGEST_RETRY_AFTER_SECONDS) throw error;
      // Many are asked to come again after the same time, and are not to come all at once.
      const delay = Math.max(backoff.next(), retryAfter * 1000 * (1 + random() / 2));
      onRetry?.(error, delay);
      // An abort ends the wait, and the next try then ends at once, with the error for that.
      await sleep(clock, delay, signal ?? never);
    }
  }
}

const never = new AbortController().signal;

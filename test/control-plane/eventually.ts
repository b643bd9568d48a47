import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  /** What is waited for, as the message says it after "waited 30 s for". */
  readonly what?: string;
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Calls `check` again and again until it neither throws nor returns false or undefined.
 *
 * @returns what it returned
 * @throws Error that says for what it waited, how long, and what was wrong the last time
 * @example await eventually(async () => (await nodes()).every(isReady), { what: 'every node to be Ready' })
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { what = 'a condition', timeoutMs = 30_000, intervalMs = 50 }: EventuallyOptions = {},
): Promise<Exclude<T, false | undefined>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const last = await attempt(check);
    if ('value' in last) return last.value;
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}: ${last.wrong}`, { cause: last.cause });
    }
    await sleep(intervalMs);
  }
}

type Attempt<T> = { value: Exclude<T, false | undefined> } | { wrong: string; cause?: unknown };

async function attempt<T>(check: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    const value = await check();
    if (value === false || value === undefined) return { wrong: 'it did not come about' };
    return { value: value as Exclude<T, false | undefined> };
  } catch (cause) {
    return { wrong: cause instanceof Error ? cause.message : String(cause), cause };
  }
}

import { Backoff } from '../../backoff.ts';
import { StatusError } from '../api/status-error.ts';
import { jittered } from './context.ts';
import type { Context } from './context.ts';

interface Due {
  readonly at: number;
  readonly cancel: () => void;
}

const RETRY = { first: 20, longest: 30_000 } as const;

/**
 * Does work for one key at a time, a while after it was asked for: any number of requests for a key until then are one. Work that the
 * API server refuses is tried again, later and later.
 */
export class WorkQueue {
  readonly #context: Context;
  readonly #delay: number;
  readonly #work: (key: string) => void;
  readonly #due = new Map<string, Due>();
  readonly #retries = new Map<string, Backoff>();
  /** What became due while paused; absent: not paused. */
  #held: Set<string> | undefined;
  #stopped = false;

  /**
   * @param delay milliseconds, more or less
   * @param work may throw StatusError; throws nothing else
   */
  constructor(context: Context, delay: number, work: (key: string) => void) {
    this.#context = context;
    this.#delay = delay;
    this.#work = work;
  }

  /** @param delay milliseconds; if work for the key is due sooner than that anyway, it stays so. Default: the queue's own, more or less */
  add(key: string, delay?: number): void {
    if (this.#stopped) return;
    const pending = this.#due.get(key);
    if (pending !== undefined && delay === undefined) return;
    const { clock } = this.#context.api;
    const wait = delay ?? jittered(this.#delay, this.#context.random);
    const at = clock.monotonic() + wait;
    if (pending !== undefined && pending.at <= at) return;
    pending?.cancel();
    const cancel = clock.after(wait, () => {
      this.#due.delete(key);
      if (this.#held === undefined) this.#do(key);
      else this.#held.add(key);
    });
    this.#due.set(key, { at, cancel });
  }

  /** From now on nothing is done; what comes up is remembered. */
  pause(): void {
    this.#held ??= new Set();
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const key of held) this.add(key);
  }

  stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#due.values()) cancel();
    this.#due.clear();
  }

  #do(key: string): void {
    try {
      this.#work(key);
      this.#retries.delete(key);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const retry = this.#retries.get(key) ?? new Backoff(RETRY, this.#context.random);
      this.#retries.set(key, retry);
      this.add(key, retry.next());
    }
  }
}

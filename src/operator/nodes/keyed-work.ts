import type { Clock } from '../../cluster/clock.ts';

export interface KeyedWorkOptions {
  readonly clock: Clock;
  /** Does what is to be done about one key now. Never runs twice at once for the same key. */
  readonly run: (key: string) => Promise<void> | undefined;
  /** Called after each batch of keys, before anything else happens. May touch keys. */
  readonly afterBatch: () => void;
  /** A key's work has failed, for the `failures`th time running; it is done again in `retryIn` milliseconds. */
  readonly onFailure: (key: string, error: unknown, retryIn: number) => void;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

interface Entry {
  running: boolean;
  touched: boolean;
  failures: number;
  /** Cancels the timer of a retry, as long as one is due. */
  cancelRetry: (() => void) | undefined;
  wakeAt: number | undefined;
  cancelWake: (() => void) | undefined;
}

const FIRST_RETRY = 100;
const LAST_RETRY = 30_000;
/** Keys done in one go before others get their turn on the event loop. */
const BATCH = 200;

/**
 * Work that is named by a key and done again whenever the key is touched: a level, not a queue of events. However often a key is touched
 * while its work waits or runs, it is done once more, and what it does depends on how things are by then. One key's failure is that
 * key's retry, with backoff, and nobody else's.
 */
export class KeyedWork {
  readonly #options: KeyedWorkOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #ready = new Set<string>();
  #scheduled = false;
  #stopped = false;

  constructor(options: KeyedWorkOptions) {
    this.#options = options;
  }

  /** The key's work is to be done, soon. */
  touch(key: string): void {
    if (this.#stopped) return;
    const entry = this.#entry(key);
    entry.touched = true;
    if (!entry.running && entry.cancelRetry === undefined) this.#enqueue(key);
  }

  /** The key's work is to be done at a time (milliseconds since the epoch), even if nothing happens; undefined: it is not. */
  wakeAt(key: string, time: number | undefined): void {
    const entry = this.#entries.get(key) ?? (time === undefined ? undefined : this.#entry(key));
    if (entry === undefined || entry.wakeAt === time || this.#stopped) return;
    entry.cancelWake?.();
    entry.wakeAt = time;
    entry.cancelWake = time === undefined ? undefined : this.#alarm(key, entry, time);
  }

  /** Forgets a key that will not be touched again. */
  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.cancelWake?.();
    entry.cancelRetry?.();
    entry.wakeAt = undefined;
    // As long as its work runs it is kept, lest a touch have it done twice at once.
    if (!entry.running) this.#entries.delete(key);
  }

  /** Starts nothing any more. What runs runs on. */
  stop(): void {
    this.#stopped = true;
    for (const key of [...this.#entries.keys()]) this.forget(key);
    this.#ready.clear();
  }

  #entry(key: string): Entry {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = {
        running: false,
        touched: false,
        failures: 0,
        cancelRetry: undefined,
        wakeAt: undefined,
        cancelWake: undefined,
      };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  /** A wall clock that was set back while a timer ran would have it fire early: then it is set anew. */
  #alarm(key: string, entry: Entry, time: number): () => void {
    const { clock } = this.#options;
    return clock.after(Math.min(time - clock.now(), LONGEST_SLEEP), () => {
      if (clock.now() < time) {
        entry.cancelWake = this.#alarm(key, entry, time);
        return;
      }
      entry.wakeAt = undefined;
      entry.cancelWake = undefined;
      this.touch(key);
    });
  }

  #enqueue(key: string): void {
    this.#ready.add(key);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#work();
    });
  }

  #work(): void {
    let left = BATCH;
    while (this.#ready.size > 0 && left > 0) {
      for (const key of this.#ready) {
        if (left === 0) break;
        this.#ready.delete(key);
        this.#start(key);
        left -= 1;
      }
      this.#options.afterBatch();
    }
    this.#scheduled = this.#ready.size > 0;
    if (this.#scheduled) {
      this.#options.clock.after(0, () => {
        this.#work();
      });
    }
  }

  #start(key: string): void {
    const entry = this.#entry(key);
    entry.touched = false;
    let running: Promise<void> | undefined;
    try {
      running = this.#options.run(key);
    } catch (error) {
      this.#failed(key, entry, error);
      return;
    }
    if (running === undefined) {
      entry.failures = 0;
      return;
    }
    entry.running = true;
    running.then(
      () => {
        entry.running = false;
        entry.failures = 0;
        if (entry.touched && !this.#stopped) this.#enqueue(key);
      },
      (error: unknown) => {
        entry.running = false;
        this.#failed(key, entry, error);
      },
    );
  }

  #failed(key: string, entry: Entry, error: unknown): void {
    if (this.#stopped) return;
    const delay =
      Math.min(FIRST_RETRY * 2 ** entry.failures, LAST_RETRY) * (0.5 + this.#options.random() / 2);
    entry.failures += 1;
    this.#options.onFailure(key, error, delay);
    entry.cancelRetry = this.#options.clock.after(delay, () => {
      entry.cancelRetry = undefined;
      this.#enqueue(key);
    });
  }
}

/** A timer longer than this, in milliseconds, is cut into pieces: a clock set forward is then noticed within it. */
const LONGEST_SLEEP = 60_000;

import { Backoff } from './backoff.ts';
import { sleep, type Clock } from './clock.ts';
import { ApiError, hasCode } from './errors.ts';
import { ObjectCache, type Change } from './object-cache.ts';
import type { Cluster, Query, ResourceType, Stored, WatchEvent } from './port.ts';
import { compareResourceVersions } from './resource-version.ts';

export { keyOf, type Change } from './object-cache.ts';

export interface InformerOptions<T extends Stored> {
  readonly cluster: Pick<Cluster, 'list' | 'watch'>;
  readonly type: ResourceType<T>;
  readonly query: Query;
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads the retries of many. */
  readonly random: () => number;
  /** Told of every change, in order, when the cache already has it. What it throws comes out of `run`. */
  readonly onChange: (change: Change<T>) => void;
  /** Told of every failure that is being retried, and in how many milliseconds. */
  readonly onTrouble?: (error: ApiError, retryInMs: number) => void;
  /** Told when what was missed can no longer be had as events, so that everything is read again. */
  readonly onRestart?: () => void;
  /**
   * How the objects that are there already are read. `list`: in pages, which is gentle where there are many. `stream`: as the
   * start of the watch itself, which is a single request, for watches that are short and small.
   */
  readonly startWith?: 'list' | 'stream';
}

const RETRIES = { first: 250, longest: 30_000 };

// A watch that lived as long as this, in milliseconds, was a working one, whatever ended it.
const LIVED = 10_000;

/**
 * Keeps the objects of one kind that match a query in memory, for as long as it runs, through whatever happens to connections
 * and servers: goes on from the last resourceVersion where it can, and reads everything again where it must.
 *
 * @example
 * const informer = new Informer({ cluster, type: nodes, query: {}, clock, random: Math.random, onChange: queue.add });
 * void informer.run(signal);
 * await informer.synced;
 */
export class Informer<T extends Stored> {
  /** Resolves after the first complete read, when `onChange` has been told of each object in it. Stays pending if `run` ends before. */
  readonly synced: Promise<void>;
  readonly #options: InformerOptions<T>;
  readonly #cache: ObjectCache<T>;
  readonly #backoff: Backoff;
  #resolveSynced: () => void = () => undefined;
  /** From where to watch on; undefined if everything must be read first. */
  #resumeFrom: string | undefined;
  /** How often everything was read again since a watch last worked. */
  #restarts = 0;

  constructor(options: InformerOptions<T>) {
    this.#options = options;
    this.#cache = new ObjectCache(options.onChange);
    this.#backoff = new Backoff(RETRIES, options.random);
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
  }

  get size(): number {
    return this.#cache.size;
  }

  /** @param key as {@link keyOf} makes it */
  get(key: string): T | undefined {
    return this.#cache.get(key);
  }

  values(): IterableIterator<T> {
    return this.#cache.values();
  }

  /**
   * Takes an object that a write returned, which must be one that the query matches, instead of waiting for the stream to bring it.
   * A late answer does no harm: it neither replaces a newer object nor brings back one that was deleted since.
   */
  observe(object: T): void {
    this.#cache.observe(object);
  }

  /** Lists and watches until the signal aborts. To be called once. Rejects with nothing but what `onChange` throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        await this.#recover(error, signal);
      }
    }
  }

  /** One read of everything if it is due, then one watch until it ends. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { cluster, type, query, startWith } = this.#options;
    if (this.#resumeFrom === undefined && startWith !== 'stream') {
      const list = await cluster.list(type, query, { signal });
      this.#start(list.items, list.resourceVersion);
    }
    const began = this.#options.clock.monotonic();
    let heard = false;
    try {
      heard = await this.#watch(signal);
    } finally {
      if (this.#options.clock.monotonic() - began >= LIVED) {
        heard = true;
        this.#prove();
      }
    }
    // A server that ends a watch in its own time lets it live first. This one would have us ask without end.
    if (!heard) throw new ApiError('connection', 'The server ended the watch as soon as it had begun');
  }

  /** Returns whether anything was heard before the server ended the stream. */
  async #watch(signal: AbortSignal): Promise<boolean> {
    const { cluster, type, query } = this.#options;
    const from = this.#resumeFrom;
    const start = from === undefined ? { initialEvents: true } : { resourceVersion: from };
    let initial: T[] | undefined = from === undefined ? [] : undefined;
    let heard = false;
    for await (const event of cluster.watch(type, { ...query, ...start }, { signal })) {
      if (initial === undefined) this.#apply(event);
      else initial = this.#collect(event, initial);
      // What breaks off before the initial events are complete has brought nothing.
      if (initial === undefined && !heard) {
        heard = true;
        this.#prove();
      }
    }
    return heard;
  }

  /** Adds to the objects that a watch starts with. Returns undefined when those are complete. */
  #collect(event: WatchEvent<T>, initial: T[]): T[] | undefined {
    if (event.type !== 'bookmark') {
      initial.push(event.object);
    } else if (event.initialEventsEnd) {
      this.#start(initial, event.resourceVersion);
      return undefined;
    }
    return initial;
  }

  #start(items: readonly T[], resourceVersion: string): void {
    this.#resumeFrom = resourceVersion;
    this.#cache.replace({ items, resourceVersion });
    this.#resolveSynced();
  }

  #apply(event: WatchEvent<T>): void {
    switch (event.type) {
      case 'added':
      case 'modified':
        this.#cache.put(event.object);
        break;
      case 'deleted':
        this.#cache.remove(event.object);
        break;
      case 'bookmark':
        this.#refuseOlder(event.resourceVersion);
        this.#cache.advance(event.resourceVersion);
        break;
    }
    this.#resumeFrom = this.#cache.position;
  }

  /**
   * A bookmark from before what has been seen: either this server lags behind another one, or the cluster's storage was set back
   * and nothing new will be heard for a long time. A new list tells, and is cheap for how rare this is.
   */
  #refuseOlder(resourceVersion: string): void {
    if (this.#resumeFrom === undefined || compareResourceVersions(resourceVersion, this.#resumeFrom) >= 0)
      return;
    throw new ApiError(
      'gone',
      `The server is at resourceVersion ${resourceVersion}, before ${this.#resumeFrom}`,
    );
  }

  async #recover(error: ApiError, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock, onRestart, onTrouble } = this.#options;
    if (hasCode(error, 'gone')) {
      this.#resumeFrom = undefined;
      this.#restarts += 1;
      onRestart?.();
      // The first time there is nothing to wait for: a list will do.
      if (this.#restarts === 1) return;
    }
    const delay = Math.max(this.#backoff.next(), (error.details.retryAfterSeconds ?? 0) * 1000);
    onTrouble?.(error, delay);
    await sleep(clock, delay, signal);
  }

  /** The watch works: what fails from here on is a new trouble, not the old one going on. */
  #prove(): void {
    this.#backoff.reset();
    this.#restarts = 0;
  }
}

import type { Clock } from '../../cluster/clock.ts';
import { ApiError } from '../../cluster/errors.ts';
import { onAbort } from '../../cluster/abort.ts';
import type { OpenedWatch } from '../../cluster/intercepted-cluster.ts';
import type { Stored, WatchEvent } from '../../cluster/port.ts';
import type { Random } from '../../cluster/memory/random.ts';
import type { Fault } from '../scenario.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Process } from './process.ts';

type WatchFault = Extract<Fault, `watch-${string}`>;

const WATCH_FAULTS: ReadonlySet<WatchFault> = new Set<WatchFault>([
  'watch-dropped',
  'watch-ended',
  'watch-frozen',
  'watch-gone',
  'watch-duplicate',
]);

/** The longest that a stream may stand still, in milliseconds. */
export const LONGEST_FREEZE = 60_000;

/** @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go */
const BOOKMARK_EVERY = 60_000;

export interface FaultyWatchOptions<T extends Stored> {
  /** What the server sends. */
  readonly watch: OpenedWatch<T>['open'];
  /** Of which it is. */
  readonly resource: string;
  readonly process: Process;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: FaultPlan;
  readonly signal: AbortSignal | undefined;
  /** The newest resourceVersion in the cluster. */
  readonly revision: () => number;
  /** The request that opens the stream, which may fail like any other. */
  readonly open: () => Promise<void>;
}

type Item<T> =
  | { readonly kind: 'event'; readonly event: WatchEvent<T> }
  | { readonly kind: 'end' }
  | { readonly kind: 'failure'; readonly error: ApiError };

/** A stream of events that takes its time, stands still, repeats itself, or breaks; in its own order always. */
export class FaultyWatch<T extends Stored> implements AsyncIterable<WatchEvent<T>> {
  readonly #options: FaultyWatchOptions<T>;
  readonly #arrived: Item<T>[] = [];
  readonly #end = new AbortController();
  #wake: (() => void) | undefined;
  /** No event overtakes the one before it. */
  #notBefore = 0;

  constructor(options: FaultyWatchOptions<T>) {
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent<T>> {
    const { signal, open, process } = this.#options;
    await open();
    const forget =
      signal === undefined
        ? undefined
        : onAbort(signal, () => {
            this.#stop();
          });
    process.onDeath(() => {
      this.#end.abort();
    });
    void this.#pump();
    try {
      for (;;) {
        const item = this.#arrived.shift();
        if (signal?.aborted === true) throw new ApiError('aborted', 'The caller gave up');
        if (item === undefined) await this.#news();
        else if (item.kind === 'event') yield item.event;
        else if (item.kind === 'failure') throw item.error;
        else return;
      }
    } finally {
      forget?.();
      this.#end.abort();
    }
  }

  /** Takes what the server sends, and has it arrive some time later. */
  async #pump(): Promise<void> {
    const { watch, clock, random } = this.#options;
    this.#end.signal.addEventListener('abort', this.#connect());
    // A server ends each watch some time; here sooner than a real one, so that it happens in a short run.
    const cancel = clock.after(60_000 + random.int(0, 240_000), () => {
      this.#send({ kind: 'end' });
    });
    this.#end.signal.addEventListener('abort', cancel);
    this.#bookmarkLater();
    try {
      for await (const event of watch(this.#end.signal)) this.#event(event);
      this.#send({ kind: 'end' });
    } catch (error) {
      if (error instanceof ApiError) this.#send({ kind: 'failure', error });
      else throw error;
    } finally {
      cancel();
    }
  }

  #connect(): () => void {
    const { faults, resource } = this.#options;
    return faults.connect({
      resource,
      onCutOff: () => {
        this.#send({ kind: 'failure', error: new ApiError('connection', 'connection reset') });
      },
      onStall: (milliseconds) => {
        this.#stall(milliseconds);
      },
    });
  }

  #stall(milliseconds: number): void {
    const until = this.#options.clock.monotonic() + Math.min(milliseconds, LONGEST_FREEZE);
    this.#notBefore = Math.max(this.#notBefore, until);
  }

  /** The server says now and then how far it has come: all that was before has been sent by then. */
  #bookmarkLater(): void {
    const { clock, revision } = this.#options;
    const cancel = clock.after(BOOKMARK_EVERY, () => {
      this.#send({
        kind: 'event',
        event: { type: 'bookmark', resourceVersion: String(revision()), initialEventsEnd: false },
      });
      this.#bookmarkLater();
    });
    this.#end.signal.addEventListener('abort', cancel);
  }

  #event(event: WatchEvent<T>): void {
    const { faults, random, resource } = this.#options;
    switch (faults.strike(WATCH_FAULTS, resource)) {
      case 'watch-dropped':
        this.#send({ kind: 'failure', error: new ApiError('connection', 'connection reset') });
        return;
      case 'watch-gone':
        this.#send({
          kind: 'failure',
          error: new ApiError('gone', 'too old resource version', { status: 410 }),
        });
        return;
      case 'watch-ended':
        this.#send({ kind: 'end' });
        return;
      case 'watch-frozen':
        this.#stall(random.around(10_000));
        break;
      case 'watch-duplicate':
        if (event.type !== 'bookmark') this.#send({ kind: 'event', event });
        break;
      case undefined:
    }
    this.#send({ kind: 'event', event });
  }

  #send(item: Item<T>): void {
    const { clock, random, process } = this.#options;
    if (this.#end.signal.aborted) return;
    this.#notBefore = Math.max(this.#notBefore, clock.monotonic() + random.around(5));
    clock.after(this.#notBefore - clock.monotonic(), () => {
      process.enter(() => {
        this.#arrived.push(item);
        this.#stop();
      });
    });
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #stop(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

import { onAbort } from '../../../cluster/abort.ts';
import type { Clock } from '../../../cluster/clock.ts';
import { ApiError } from '../../../cluster/errors.ts';
import { settled } from '../../../cluster/memory/virtual-clock.ts';
import type { Cluster, WatchEvent, Stored } from '../../../cluster/port.ts';

/** Which call, for a test that wants to hold it up: `patch nodes node-1`. */
type Held = (call: string) => boolean;

/**
 * What a program runs in, as far as a test of leadership is concerned: it can be killed, or stand still like by SIGSTOP, with or without
 * its monotonic clock; its wall clock can be wrong; and what it sends can be held up on the way, past its end.
 */
export class TestProcess {
  readonly clock: Clock;
  readonly cluster: Cluster;
  /** Every call that has arrived at the cluster, as `verb plural name`. */
  readonly sent: string[] = [];
  readonly #base: Clock;
  #state: 'running' | 'still' | 'dead' = 'running';
  #waiting: (() => void)[] = [];
  #waitingTimers: (() => void)[] = [];
  #held: Held = () => false;
  #unanswered = false;
  #heldCalls: (() => void)[] = [];
  #frozenAt: number | undefined;
  #lost = 0;
  /** By how many milliseconds its wall clock is wrong. */
  skew = 0;

  constructor(base: Clock, cluster: Cluster) {
    this.#base = base;
    this.clock = {
      now: () => this.#monotonic() + this.skew + base.now() - base.monotonic(),
      monotonic: () => this.#monotonic(),
      after: (delay, callback) => this.#after(delay, callback),
    };
    this.cluster = this.#wire(cluster);
  }

  kill(): void {
    this.#state = 'dead';
    this.#waiting = [];
    this.#waitingTimers = [];
  }

  /** @param clock what becomes of its monotonic clock meanwhile: that of a virtual machine may stand still, too */
  stop(clock: 'goes-on' | 'stands-still' = 'goes-on'): void {
    this.#state = 'still';
    if (clock === 'stands-still') this.#frozenAt = this.#base.monotonic();
  }

  /** It hears first of what has come in meanwhile, as Node does, and only then looks at the clock. */
  async goOn(): Promise<void> {
    if (this.#state !== 'still') return;
    if (this.#frozenAt !== undefined) this.#lost += this.#base.monotonic() - this.#frozenAt;
    this.#frozenAt = undefined;
    this.#state = 'running';
    for (const each of this.#waiting.splice(0)) each();
    await settled();
    for (const each of this.#waitingTimers.splice(0)) each();
  }

  /** Calls that are made from now on do not arrive before {@link deliver}. */
  hold(held: Held): void {
    this.#held = held;
    this.#unanswered = false;
  }

  /** As {@link hold}; and whoever makes such a call is told that no answer has come. */
  lose(held: Held): void {
    this.#held = held;
    this.#unanswered = true;
  }

  /** What was held up arrives, whether or not whoever sent it is still there. */
  deliver(): void {
    this.#held = () => false;
    for (const arrive of this.#heldCalls.splice(0)) arrive();
  }

  get heldCalls(): number {
    return this.#heldCalls.length;
  }

  #monotonic(): number {
    return (this.#frozenAt ?? this.#base.monotonic()) - this.#lost;
  }

  #after(delay: number, callback: () => void): () => void {
    const due = this.#monotonic() + delay;
    let cancelled = false;
    const fire = (): void => {
      if (cancelled || this.#state === 'dead') return;
      if (this.#state === 'still') {
        this.#waitingTimers.push(fire);
        return;
      }
      const left = due - this.#monotonic();
      if (left > 0) cancel = this.#base.after(left, fire);
      else callback();
    };
    let cancel = this.#base.after(delay, fire);
    return () => {
      cancelled = true;
      cancel();
    };
  }

  /** Something happens in it: at once, when it goes on, or never. */
  #enter(callback: () => void): void {
    if (this.#state === 'running') callback();
    else if (this.#state === 'still') this.#waiting.push(callback);
  }

  #entered(): Promise<void> {
    return new Promise((resolve) => {
      this.#enter(resolve);
    });
  }

  /** What has been sent arrives though its sender gives it up: then it is only not heard what came of it. */
  async #call<R>(name: string, signal: AbortSignal | undefined, call: () => Promise<R>): Promise<R> {
    const lost = this.#unanswered && this.#held(name);
    const answer = this.#send(name, call);
    if (lost) {
      answer.catch(() => undefined);
      throw new ApiError('timeout', `${name}: no answer`, { maybeApplied: true });
    }
    // What comes of it is heard only by one that is there to hear.
    await Promise.race([answer.catch(() => undefined), aborted(signal)]);
    await this.#entered();
    if (signal?.aborted === true)
      throw new ApiError('aborted', `${name}: given up`, { maybeApplied: !/^(get|list)/.test(name) });
    return await answer;
  }

  async #send<R>(name: string, call: () => Promise<R>): Promise<R> {
    if (this.#held(name)) await new Promise<void>((resolve) => this.#heldCalls.push(resolve));
    this.sent.push(name);
    return await call();
  }

  async *#events<T extends Stored>(events: AsyncIterable<WatchEvent<T>>): AsyncGenerator<WatchEvent<T>> {
    for await (const event of events) {
      await this.#entered();
      yield event;
    }
    await this.#entered();
  }

  #wire(cluster: Cluster): Cluster {
    return {
      get: (type, ref, options) =>
        this.#call(`get ${type.plural} ${ref.name}`, options?.signal, () => cluster.get(type, ref)),
      list: (type, query, options) =>
        this.#call(`list ${type.plural}`, options?.signal, () => cluster.list(type, query)),
      watch: (type, query, options) => this.#events(cluster.watch(type, query, options)),
      create: (type, object, options) =>
        this.#call(`create ${type.plural} ${object.metadata.name}`, options?.signal, () =>
          cluster.create(type, object),
        ),
      patch: (type, ref, operations, options) =>
        this.#call(`patch ${type.plural} ${ref.name}`, options?.signal, () =>
          cluster.patch(type, ref, operations),
        ),
      apply: (type, object, options) =>
        this.#call(`apply ${type.plural} ${object.metadata.name}`, options?.signal, () =>
          cluster.apply(type, object),
        ),
      delete: (type, ref, { signal, ...options } = {}) =>
        this.#call(`delete ${type.plural} ${ref.name}`, signal, () => cluster.delete(type, ref, options)),
      evict: (pod, uid, options) =>
        this.#call(`evict pods ${pod.name}`, options?.signal, () => cluster.evict(pod, uid)),
    };
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    else if (signal !== undefined) onAbort(signal, resolve);
  });
}

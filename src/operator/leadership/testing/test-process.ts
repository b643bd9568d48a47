import { onAbort } from '../../../cluster/abort.ts';
import type { Clock } from '../../../cluster/clock.ts';
import { ApiError } from '../../../cluster/errors.ts';
import {
  InterceptedCluster,
  type Call,
  type MadeCall,
  type OpenedWatch,
} from '../../../cluster/intercepted-cluster.ts';
import { settled } from '../../../cluster/memory/virtual-clock.ts';
import type { Cluster, Stored, WatchEvent } from '../../../cluster/port.ts';

/** Which call, for a test that wants to hold it up: `patch nodes node-1`. */
type Held = (call: string) => boolean;

/**
 * What a program runs in, as far as a test of leadership is concerned: it can be killed, or stand still like by SIGSTOP, with or without
 * its monotonic clock; its wall clock can be wrong; and what it sends can be held up on the way, past its end.
 */
export class TestProcess {
  readonly clock: Clock;
  readonly cluster: Cluster;
  /** Every call that has arrived at the cluster, as `verb resource name`. */
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
    this.cluster = new Wire(cluster, {
      answer: (made) => this.#answer(made),
      entered: () => this.#entered(),
    });
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
  async #answer<R>({ call, signal, perform }: MadeCall<R>): Promise<R> {
    const name = nameOf(call);
    const lost = this.#unanswered && this.#held(name);
    const answer = this.#send(name, perform);
    if (lost) {
      answer.catch(() => undefined);
      throw new ApiError('timeout', `${name}: no answer`, { maybeApplied: true });
    }
    // What comes of it is heard only by one that is there to hear.
    await Promise.race([answer.catch(() => undefined), aborted(signal)]);
    await this.#entered();
    if (signal?.aborted === true)
      throw new ApiError('aborted', `${name}: given up`, {
        maybeApplied: call.verb !== 'get' && call.verb !== 'list',
      });
    return await answer;
  }

  async #send<R>(name: string, perform: () => Promise<R>): Promise<R> {
    if (this.#held(name)) await new Promise<void>((resolve) => this.#heldCalls.push(resolve));
    this.sent.push(name);
    return await perform();
  }
}

function nameOf({ verb, resource, name }: Call): string {
  return `${verb} ${resource} ${name}`.trimEnd();
}

/** What becomes of what a process sends, and of what comes in. */
interface Passage {
  answer<R>(made: MadeCall<R>): Promise<R>;
  /** Resolves when the process hears of it. */
  entered(): Promise<void>;
}

class Wire extends InterceptedCluster {
  readonly #passage: Passage;

  constructor(cluster: Cluster, passage: Passage) {
    super(cluster);
    this.#passage = passage;
  }

  protected override answer<R>(made: MadeCall<R>): Promise<R> {
    return this.#passage.answer(made);
  }

  protected override async *stream<T extends Stored>(opened: OpenedWatch<T>): AsyncGenerator<WatchEvent<T>> {
    const { signal, open } = opened;
    for await (const event of open(signal)) {
      await this.#passage.entered();
      yield event;
    }
    await this.#passage.entered();
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    else if (signal !== undefined) onAbort(signal, resolve);
  });
}

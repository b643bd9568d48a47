import type { Clock } from '../clock.ts';

interface Timer {
  readonly at: number;
  /** Among timers of the same moment, the one that was set first fires first. */
  readonly order: number;
  callback: (() => void) | undefined;
}

/**
 * A clock that goes as fast as there is work: it stands still while anything is being done, then jumps to the next timer. Same timers,
 * same order, every time.
 */
export class VirtualClock implements Clock {
  readonly #heap: Timer[] = [];
  readonly #epoch: number;
  #elapsed = 0;
  #orders = 0;
  #cancelled = 0;

  /** @param epoch where it starts, in milliseconds since the Unix epoch */
  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delay: number, callback: () => void): () => void {
    const timer: Timer = {
      at: onGrid(this.#elapsed + Math.max(delay, 0)),
      order: (this.#orders += 1),
      callback,
    };
    this.#push(timer);
    return () => {
      if (timer.callback === undefined) return;
      timer.callback = undefined;
      this.#cancelled += 1;
      this.#sweep();
    };
  }

  /** When the next timer is due, on the monotonic clock; undefined: nothing will ever happen again by itself. */
  get nextAt(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.at;
  }

  /** In how many milliseconds each timer that is set fires, soonest first. */
  get pending(): readonly number[] {
    const live = this.#heap.filter((timer) => timer.callback !== undefined);
    return live.map((timer) => timer.at - this.#elapsed).sort((a, b) => a - b);
  }

  /**
   * Lets `milliseconds` pass: fires timer after timer, each when everything that follows from the one before it has settled.
   *
   * @param goOn asked before each timer; as soon as it says no, the clock stands still where it is
   */
  async advance(milliseconds: number, goOn: () => boolean = () => true): Promise<void> {
    const until = this.#elapsed + milliseconds;
    await settled();
    await inTurns(() => goOn() && this.#fire(until));
    if (goOn() && until !== Infinity) this.#elapsed = Math.max(this.#elapsed, until);
  }

  /**
   * Fires the next timer, if it is due by `until`, and lets everything that follows from it settle.
   *
   * @param until on the monotonic clock; if nothing is due until then, the clock moves there
   * @returns whether a timer fired
   */
  async step(until = Infinity): Promise<boolean> {
    const fired = this.#fire(until);
    if (fired) await settled();
    else if (until !== Infinity) this.#elapsed = Math.max(this.#elapsed, until);
    return fired;
  }

  #fire(until: number): boolean {
    const at = this.nextAt;
    if (at === undefined || at > until) return false;
    const timer = this.#pop();
    this.#elapsed = Math.max(this.#elapsed, timer.at);
    const { callback } = timer;
    timer.callback = undefined;
    callback?.();
    return true;
  }

  /** Most timers are cancelled before they fire: time limits of calls that were answered. */
  #sweep(): void {
    if (this.#cancelled < 64 || this.#cancelled * 2 < this.#heap.length) return;
    const live = this.#heap.filter((timer) => timer.callback !== undefined);
    this.#heap.length = 0;
    this.#cancelled = 0;
    for (const timer of live) this.#push(timer);
  }

  #dropCancelled(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) {
      this.#pop();
      this.#cancelled -= 1;
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isSooner(timer, heap[parent] as Timer)) break;
      heap[index] = heap[parent] as Timer;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): Timer {
    const heap = this.#heap;
    const first = heap[0] as Timer;
    const last = heap.pop() as Timer;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isSooner(heap[child + 1] as Timer, heap[child] as Timer)) child += 1;
      if (!isSooner(heap[child] as Timer, last)) break;
      heap[index] = heap[child] as Timer;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

/**
 * Fractions of a millisecond that add up without a rest: whoever waits from one time until another is there at the very moment, not just
 * before it.
 */
function onGrid(milliseconds: number): number {
  return Math.ceil(milliseconds * 1024) / 1024;
}

function isSooner(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when every promise that could settle by itself has: promise callbacks all run before the event loop goes on to this one. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** How many turns the event loop is asked for at a time: between them it does nothing but promise callbacks. */
const TURNS = 64;

/**
 * Takes turn after turn until one says that it was the last; before each, every promise that could settle has.
 *
 * Immediates that are set together run in one round of the event loop, with all promise callbacks after each, which is several times
 * faster than a round for each.
 *
 * @see https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick
 */
function inTurns(turn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let over = false;
    const take = (): void => {
      if (over) return;
      try {
        if (turn()) return;
        resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
      over = true;
    };
    const takeSome = (): void => {
      if (over) return;
      for (let count = 0; count < TURNS; count += 1) setImmediate(take);
      setImmediate(takeSome);
    };
    takeSome();
  });
}

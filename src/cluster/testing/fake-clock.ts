import type { Clock } from '../clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(delay: number, callback: () => void): () => void {
    const timer = { at: this.#monotonic + Math.max(delay, 0), callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** In how many milliseconds each timer that is set fires, soonest first. */
  get pending(): readonly number[] {
    return [...this.#timers].map((timer) => timer.at - this.#monotonic).sort((a, b) => a - b);
  }

  /** Lets `milliseconds` pass: fires what is due on the way, each when everything before it has settled. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    await settle();
    for (let timer = this.#nextUntil(end); timer !== undefined; timer = this.#nextUntil(end)) {
      this.#timers.delete(timer);
      this.#moveTo(timer.at);
      timer.callback();
      await settle();
    }
    this.#moveTo(end);
  }

  #nextUntil(end: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}

/** Resolves when every promise that could settle by itself has. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    // Promise callbacks all run before the event loop goes on to this one.
    setImmediate(resolve);
  });
}

import type { Clock } from '../../cluster/clock.ts';

/**
 * What a program runs in: it can be killed at any moment, which nothing in it notices; stopped like by SIGSTOP, so that whatever would
 * have happened in it happens when it wakes; and its wall clock can be set wrong.
 */
export class Process {
  /** The time as the program sees it. */
  readonly clock: Clock;
  readonly #base: Clock;
  readonly #deathCallbacks: (() => void)[] = [];
  readonly #pending: (() => void)[] = [];
  #state: 'running' | 'paused' | 'dead' = 'running';
  #skew: number;

  /** @param skew by how many milliseconds its wall clock is ahead */
  constructor(base: Clock, skew = 0) {
    this.#base = base;
    this.#skew = skew;
    this.clock = {
      now: () => base.now() + this.#skew,
      monotonic: () => base.monotonic(),
      after: (delay, callback) => {
        let cancelled = false;
        const cancel = base.after(delay, () => {
          this.enter(() => {
            if (!cancelled) callback();
          });
        });
        return () => {
          cancelled = true;
          cancel();
        };
      },
    };
  }

  get alive(): boolean {
    return this.#state !== 'dead';
  }

  get skew(): number {
    return this.#skew;
  }

  /** Something happens in the process: at once, when it wakes, or never. */
  enter(callback: () => void): void {
    if (this.#state === 'running') callback();
    else if (this.#state === 'paused') this.#pending.push(callback);
  }

  kill(): void {
    if (!this.alive) return;
    this.#state = 'dead';
    this.#pending.length = 0;
    for (const callback of this.#deathCallbacks) callback();
  }

  /** Its connections break when it dies. */
  onDeath(callback: () => void): void {
    if (this.alive) this.#deathCallbacks.push(callback);
    else callback();
  }

  /** Stands still for so many milliseconds. */
  pause(milliseconds: number): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#base.after(milliseconds, () => {
      this.#wake();
    });
  }

  /** Sets the wall clock forward, or back. */
  jump(milliseconds: number): void {
    this.#skew += milliseconds;
  }

  #wake(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    for (const callback of this.#pending.splice(0)) this.enter(callback);
  }
}

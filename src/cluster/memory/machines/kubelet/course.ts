import type { Clock } from '../../../clock.ts';

/** Thrown to whoever waits in a course that is broken off. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

/** Nobody asks where it was thrown, and to find that out takes longer than all the rest. */
const BROKEN_OFF = new BrokenOff();

/** A course of actions, one after the other and with time in between, that can be broken off wherever it has come to. */
export class Course {
  readonly #clock: Clock;
  #hurry: (() => void) | undefined;
  #break: (() => void) | undefined;
  #isEnded = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Does something that takes its time.
   *
   * @param delay milliseconds
   * @throws BrokenOff
   */
  pass(delay: number): Promise<void> {
    return this.#wait(delay, false);
  }

  /**
   * Waits for something to be tried again, or to change.
   *
   * @param delay milliseconds; Infinity: until hurried
   * @throws BrokenOff
   */
  rest(delay: number): Promise<void> {
    return this.#wait(delay, true);
  }
  /**
   * Waits for something else than time.
   *
   * @throws BrokenOff
   */
  until<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#isEnded) return Promise.reject(BROKEN_OFF);
    const controller = new AbortController();
    return new Promise((resolve, reject) => {
      this.#break = () => {
        controller.abort();
        reject(BROKEN_OFF);
      };
      work(controller.signal).then((value) => {
        this.#break = undefined;
        resolve(value);
      }, reject);
    });
  }

  /** A rest is over now. What takes its time goes on taking it. */
  hurry(): void {
    this.#hurry?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#hurry = undefined;
    this.#break?.();
    this.#break = undefined;
  }

  #wait(delay: number, isRest: boolean): Promise<void> {
    if (this.#isEnded) return Promise.reject(BROKEN_OFF);
    return new Promise((resolve, reject) => {
      const done = (): void => {
        cancel();
        this.#hurry = undefined;
        this.#break = undefined;
        resolve();
      };
      const cancel = delay === Infinity ? () => undefined : this.#clock.after(delay, done);
      if (isRest) this.#hurry = done;
      this.#break = () => {
        cancel();
        reject(BROKEN_OFF);
      };
    });
  }
}

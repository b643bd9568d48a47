import type { Clock } from '../clock.ts';

/**
 * Ends a request for one of two reasons: the caller gives it up, or time runs out. Knows afterwards which it was.
 * To be released when the request is over, so that nothing hangs on to the caller's signal.
 */
export class Cutoff {
  readonly #clock: Clock;
  readonly #caller: AbortSignal | undefined;
  readonly #controller = new AbortController();
  #disarm: () => void = () => undefined;
  #reason: 'aborted' | 'timeout' | undefined;

  constructor(clock: Clock, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#caller = caller;
    if (caller?.aborted) this.#giveUp();
    else caller?.addEventListener('abort', this.#giveUp, { once: true });
  }

  /** To be handed to the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the request was ended; undefined if it was not ended from here. */
  get reason(): 'aborted' | 'timeout' | undefined {
    return this.#reason;
  }

  /** Lets time run out `milliseconds` from now, instead of whenever it would have before. */
  arm(milliseconds: number): void {
    this.disarm();
    this.#disarm = this.#clock.after(milliseconds, () => {
      this.#end('timeout');
    });
  }

  /** Stops the time. */
  disarm(): void {
    this.#disarm();
    this.#disarm = () => undefined;
  }

  release(): void {
    this.disarm();
    this.#caller?.removeEventListener('abort', this.#giveUp);
  }

  readonly #giveUp = (): void => {
    this.#end('aborted');
  };

  #end(reason: 'aborted' | 'timeout'): void {
    this.#reason ??= reason;
    this.release();
    this.#controller.abort();
  }
}

import { onAbort } from '../abort.ts';
import type { Clock } from '../clock.ts';

/**
 * Ends a request for one of two reasons: the caller gives it up, or time runs out. Knows afterwards which it was.
 * To be released when the request is over, so that nothing hangs on to the caller's signal.
 */
export class Cutoff {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #disarm: () => void = () => undefined;
  #forgetCaller: () => void = () => undefined;
  #reject: () => void = () => undefined;
  readonly #ended: Promise<never>;
  #reason: 'aborted' | 'timeout' | undefined;

  constructor(clock: Clock, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#ended = new Promise((_resolve, reject) => {
      this.#reject = () => {
        reject(new Error('cut off'));
      };
    });
    // Most requests are over before they are ended from here, and then nobody waits for this.
    this.#ended.catch(() => undefined);
    const giveUp = (): void => {
      this.#end('aborted');
    };
    if (caller?.aborted) giveUp();
    else if (caller !== undefined) this.#forgetCaller = onAbort(caller, giveUp);
  }

  /** To be handed to the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the request was ended; undefined if it was not ended from here. */
  get reason(): 'aborted' | 'timeout' | undefined {
    return this.#reason;
  }

  /**
   * What the work comes to, or a rejection as soon as the request is ended from here. The signal alone does not do: a request that waits
   * for a connection takes no notice of it until there is one.
   */
  async race<R>(work: Promise<R>): Promise<R> {
    return await Promise.race([work, this.#ended]);
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
    this.#forgetCaller();
  }

  #end(reason: 'aborted' | 'timeout'): void {
    this.#reason ??= reason;
    this.release();
    this.#controller.abort();
    this.#reject();
  }
}

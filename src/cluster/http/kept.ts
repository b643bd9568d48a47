import type { Clock } from '../clock.ts';

// Tokens are replaced long before they expire: a minute more or less does not matter.
const KEEP_MS = 60_000;

/**
 * Something that is costly to get and changes now and then, kept for a minute. If it cannot be got anew, the last one stays: it is
 * good for some time yet, and a file caught in the middle of its replacement is not.
 */
export class Kept<T> {
  readonly #get: () => Promise<T>;
  readonly #clock: Clock;
  #last: { readonly value: T; readonly at: number } | undefined;
  #underWay: Promise<T> | undefined;

  constructor(get: () => Promise<T>, clock: Clock) {
    this.#get = get;
    this.#clock = clock;
  }

  /**
   * @param fresh get it now, even if the last one is not old
   * @throws whatever `get` rejects with, if it has never succeeded
   */
  async read(fresh: boolean): Promise<T> {
    const last = this.#last;
    if (last !== undefined && !fresh && this.#clock.monotonic() - last.at < KEEP_MS) return last.value;
    // Many calls at once get it once.
    this.#underWay ??= this.#renew().finally(() => {
      this.#underWay = undefined;
    });
    return await this.#underWay;
  }

  async #renew(): Promise<T> {
    const at = this.#clock.monotonic();
    try {
      this.#last = { value: await this.#get(), at };
    } catch (error) {
      if (this.#last === undefined) throw error;
      this.#last = { value: this.#last.value, at };
    }
    return this.#last.value;
  }
}

export interface BackoffLimits {
  /** The first delay, in milliseconds, before jitter. */
  readonly first: number;
  /** No delay is longer, in milliseconds. */
  readonly longest: number;
}

/**
 * Delays that double from try to try, each shortened by up to half at random, so that many who failed together do not come back
 * together.
 */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #failures = 0;

  /** @param random uniform in [0, 1) */
  constructor(limits: BackoffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Milliseconds to wait before the next try: after the first failure, the second, and so on. */
  next(): number {
    // Beyond 2^30 the limit has long been reached, and the power must not overflow to Infinity.
    const doubled = this.#limits.first * 2 ** Math.min(this.#failures, 30);
    this.#failures += 1;
    return Math.min(doubled, this.#limits.longest) * (1 - this.#random() / 2);
  }

  /** Things went well: the next failure is a first one again. */
  reset(): void {
    this.#failures = 0;
  }
}

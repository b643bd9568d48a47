const FIRST_WAIT = 10_000;
const LONGEST_WAIT = 10 * 60_000;

/**
 * How long a Job waits after a failure before it makes the next pod: twice as long after each, until one succeeds.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
 */
export class JobFailures {
  #sinceLastSuccess = 0;
  #lastAt = 0;

  /** @param now milliseconds, on a clock that never goes back */
  add({ succeeded, failed }: { readonly succeeded: number; readonly failed: number }, now: number): void {
    if (succeeded > 0) this.#sinceLastSuccess = 0;
    if (failed === 0) return;
    this.#sinceLastSuccess += failed;
    this.#lastAt = now;
  }

  /** In milliseconds; 0: it may be made now. */
  waitUntilNext(now: number): number {
    if (this.#sinceLastSuccess === 0) return 0;
    const wait = Math.min(FIRST_WAIT * 2 ** Math.min(this.#sinceLastSuccess - 1, 20), LONGEST_WAIT);
    return Math.max(this.#lastAt + wait - now, 0);
  }
}

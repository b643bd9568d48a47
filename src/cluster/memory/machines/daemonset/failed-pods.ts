const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15 * 60_000;

interface Failure {
  readonly at: number;
  readonly wait: number;
}

/**
 * How long a node's failed pod stays before it makes way for the next one: the first not at all, each further one twice as long.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/daemon/daemon_controller.go failedPodsBackoff
 */
export class FailedPods {
  readonly #failures = new Map<string, Failure>();

  /**
   * @param now milliseconds, on a clock that never goes back
   * @returns 0: it may go now, and has been counted; else how many milliseconds it has to stay
   */
  waitFor(node: string, now: number): number {
    const last = this.#failures.get(node);
    const quiet = last === undefined || now - last.at > 2 * LONGEST_WAIT;
    const wait = quiet ? 0 : Math.max(last.at + last.wait - now, 0);
    if (wait === 0) {
      const next = quiet ? FIRST_WAIT : Math.min(2 * last.wait, LONGEST_WAIT);
      this.#failures.set(node, { at: now, wait: next });
    }
    return wait;
  }
}

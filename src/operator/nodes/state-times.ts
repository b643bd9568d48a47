import type { Clock } from '../../cluster/clock.ts';
import type { NodeState } from '../../contract/states.ts';

export interface StateTimesOptions {
  readonly clock: Clock;
  /** A node has left a state in which it was for so many seconds. */
  readonly onLeft: (state: NodeState, seconds: number) => void;
}

/** How long nodes are in each state. The first state that a node is seen in may have begun earlier, and does not count. */
export class StateTimes {
  readonly #options: StateTimesOptions;
  readonly #seen = new Map<string, { readonly state: NodeState; readonly since: number | undefined }>();

  constructor(options: StateTimesOptions) {
    this.#options = options;
  }

  /** Takes note of a node's state; undefined: it is gone. */
  note(name: string, state: NodeState | undefined): void {
    if (state === undefined) {
      this.#seen.delete(name);
      return;
    }
    const before = this.#seen.get(name);
    if (before?.state === state) return;
    const { clock, onLeft } = this.#options;
    const now = clock.monotonic();
    if (before?.since !== undefined) onLeft(before.state, (now - before.since) / 1000);
    this.#seen.set(name, { state, since: before === undefined ? undefined : now });
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../cluster/clock.ts';
import { isInProgress, UPGRADE_STATES, type NodeState } from '../../contract/states.ts';
import { addPoint } from '../progress.ts';
import type { Phase, ProgressPoint } from '../wire.ts';

/** A node that is tried again and again is known by its last tries. */
const MOST_PHASES = 32;

const DONE = UPGRADE_STATES.indexOf('upgrade-done');

interface Seen {
  readonly state: NodeState;
  readonly phases: readonly Phase[];
}

/** How the nodes came to where they are, in the present rollout: kept in memory, as far as this operator has seen it. */
export class History {
  readonly #clock: Clock;
  /** Since when anything is known, in milliseconds since the epoch. */
  readonly since: number;
  readonly #nodes = new Map<string, Seen>();
  readonly #counts = { total: 0, done: 0, inProgress: 0, failed: 0 };
  readonly #progress: ProgressPoint[] = [];

  /** @param clock whose time of day does not jump */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.since = this.#now();
  }

  /** Takes note of the state of a node as it is now. */
  note(name: string, state: NodeState): void {
    const before = this.#nodes.get(name);
    if (before?.state === state) return;
    if (before !== undefined) this.#count(before.state, -1);
    this.#count(state, 1);
    const phases = [...(before?.phases ?? []), ...this.#phase(state)].slice(-MOST_PHASES);
    this.#nodes.set(name, { state, phases });
    this.#addPoint();
  }

  /** The node is gone, or no longer any concern of the upgrade. */
  forget(name: string): void {
    const before = this.#nodes.get(name);
    if (before === undefined) return;
    this.#count(before.state, -1);
    this.#nodes.delete(name);
    this.#addPoint();
  }

  /** Another rollout begins: of what was before, only what nodes are in the middle of is of interest. */
  beginAnew(): void {
    for (const [name, { state, phases }] of this.#nodes) {
      const end = phases.findLastIndex(([index]) => index === DONE);
      this.#nodes.set(name, { state, phases: phases.slice(end + 1) });
    }
    this.#progress.length = 0;
    this.#addPoint();
  }

  has(name: string): boolean {
    return this.#nodes.has(name);
  }

  get names(): Iterable<string> {
    return this.#nodes.keys();
  }

  phasesOf(name: string): readonly Phase[] {
    return this.#nodes.get(name)?.phases ?? [];
  }

  get progress(): readonly ProgressPoint[] {
    return this.#progress;
  }

  #phase(state: NodeState): readonly Phase[] {
    return state === 'none' ? [] : [[UPGRADE_STATES.indexOf(state), this.#now() - this.since]];
  }

  #count(state: NodeState, by: 1 | -1): void {
    this.#counts.total += by;
    if (state === 'upgrade-done') this.#counts.done += by;
    if (state === 'upgrade-failed') this.#counts.failed += by;
    if (isInProgress(state)) this.#counts.inProgress += by;
  }

  #addPoint(): void {
    const last = this.#progress.at(-1);
    const point = { at: this.#now(), ...this.#counts };
    if (last === undefined || !isDeepStrictEqual({ ...last, at: point.at }, point))
      addPoint(this.#progress, point);
  }

  /** Nobody reads parts of a millisecond. */
  #now(): number {
    return Math.round(this.#clock.now());
  }
}

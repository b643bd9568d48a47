import { isInProgress, type NodeState } from '../contract/states.ts';
import type { Observer, Sight } from '../operator/observer.ts';
import type { Clock } from '../cluster/clock.ts';
import { entryOf, told, type Reason } from '../reasons/index.ts';
import { driverCondition } from '../upgrade/driver-condition.ts';
import { stateOf, type NodeView } from '../upgrade/view.ts';

/** How a rollout went for one node. Times are in milliseconds since the epoch. */
export interface NodeCourse {
  readonly node: string;
  /**
   * - `untouched`: it has the driver that is wanted, and nothing was done to it.
   * - `upgraded`: it came through.
   * - `failed`: its upgrade failed.
   * - `stuck`: it has not come through and, with nothing else changing, never does.
   * - `waiting`: only its turn has not come: others hold it up.
   */
  readonly outcome: 'untouched' | 'upgraded' | 'failed' | 'stuck' | 'waiting';
  /** Absent: its upgrade was not started. */
  readonly startedAt?: number;
  /** Absent: it has not come to an end. */
  readonly endedAt?: number;
  /**
   * What held it up, in order, each as it was last; what is a part of every upgrade is left out. Where its turn never comes, the last
   * is that.
   */
  readonly obstacles: readonly Obstacle[];
  /** At the end. */
  readonly cordoned: boolean;
}

export interface Obstacle {
  readonly reason: Reason;
  readonly from: number;
  /** Absent: to the end. */
  readonly until?: number;
}

interface Notes {
  state: NodeState;
  startedAt?: number;
  endedAt?: number;
  obstacles: { reason: Reason; code: string; from: number; until?: number }[];
}

/** What passes in so short a time is no obstacle, in milliseconds. */
const BRIEF = 5_000;

/** Watches a rollout, and remembers how it went for each node. */
export class Courses implements Observer {
  readonly #clock: Clock;
  readonly #notes = new Map<string, Notes>();
  #sight: Sight | undefined;
  /** When anything last changed for any node. */
  changedAt: number;
  /** How many nodes have come to an end. */
  ended = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.changedAt = clock.now();
  }

  standsBy(): void {
    // It leads from the beginning.
  }

  leads(sight: Sight): void {
    this.#sight = sight;
  }

  statusComputed(): void {
    // What it says of nodes is known already.
  }

  nodeDecided(name: string, view: NodeView | undefined): void {
    if (view === undefined) return;
    const state = stateOf(view);
    const notes = this.#notes.get(name) ?? { state, obstacles: [] };
    if (!this.#notes.has(name)) this.#notes.set(name, notes);
    if (state !== notes.state) this.#step(notes, state);
    this.#noteReason(name, notes);
  }

  #step(notes: Notes, state: NodeState): void {
    const now = this.#clock.now();
    this.changedAt = now;
    const wasInProgress = isInProgress(notes.state);
    notes.state = state;
    if (isInProgress(state)) {
      notes.startedAt ??= now;
      delete notes.endedAt;
    } else if (wasInProgress) {
      notes.endedAt = now;
      this.ended += 1;
    }
  }

  #noteReason(name: string, { obstacles }: Notes): void {
    const reason = this.#obstacle(name);
    const now = this.#clock.now();
    const last = obstacles.at(-1);
    const code = reason && told(reason).code;
    if (last !== undefined && last.code !== code) last.until ??= now;
    if (reason === undefined || code === undefined) return;
    if (last?.code === code) {
      last.reason = reason;
      delete last.until;
    } else {
      obstacles.push({ reason, code, from: now });
      this.changedAt = now;
    }
  }

  #obstacle(name: string): Reason | undefined {
    const reason = this.#sight?.standing(name)?.reason;
    return reason !== undefined && isObstacle(reason) ? reason : undefined;
  }

  /** Whether no node is on its way or waits for anything. */
  get isOver(): boolean {
    return [...this.#notes].every(
      ([name, { state }]) => !isInProgress(state) && this.#sight?.standing(name) === undefined,
    );
  }

  /** How it went, by node. */
  result(): readonly NodeCourse[] {
    return [...this.#notes].flatMap(([node, notes]) => {
      const view = this.#sight?.node(node);
      return view === undefined ? [] : [this.#course(node, notes, view)];
    });
  }

  #course(node: string, { startedAt, endedAt, obstacles }: Notes, view: NodeView): NodeCourse {
    const outcome = this.#outcome(node, view, startedAt !== undefined);
    const turn = outcome === 'waiting' ? this.#sight?.standing(node) : undefined;
    const held = obstacles.filter(({ from, until = Infinity }) => until - from >= BRIEF);
    return {
      node,
      outcome,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      cordoned: view.node.unschedulable,
      obstacles: [
        ...held.map(({ reason, from, until }) => ({
          reason,
          from,
          ...(until === undefined ? {} : { until }),
        })),
        ...(turn === undefined ? [] : [{ reason: turn.reason, from: turn.since }]),
      ],
    };
  }

  #outcome(node: string, view: NodeView, hasStarted: boolean): NodeCourse['outcome'] {
    const state = stateOf(view);
    if (state === 'upgrade-failed') return 'failed';
    const standing = this.#sight?.standing(node)?.reason;
    if (standing === undefined) {
      if (isInProgress(state)) return 'stuck';
      return hasStarted || driverCondition(view).kind !== 'ready' ? 'upgraded' : 'untouched';
    }
    return entryOf(standing.code).severity === 'turn' ? 'waiting' : 'stuck';
  }
}

function isObstacle({ code }: Reason): boolean {
  const { severity } = entryOf(code);
  return severity === 'blocked' || severity === 'failed';
}

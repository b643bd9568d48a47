import { isInProgress, type NodeState } from '../contract/states.ts';
import type { Change, SeenNode, SeenPolicy } from './seen.ts';

/** What a run cost, by the observer's clock. */
export interface Statistics {
  /** From the first node that started to the last that reached upgrade-done. */
  readonly durationSeconds: number;
  readonly nodesDone: number;
  readonly mostInProgress: number;
  /** From a slot's release to its next use, while nodes were waiting; one for each slot that was taken again. */
  readonly slotGapSeconds: {
    readonly median: number;
    readonly p99: number;
    readonly most: number;
    readonly total: number;
  };
  /** Per node, how long it was cordoned on behalf of the upgrade or a person. */
  readonly cordonedSeconds: ReadonlyMap<string, number>;
  readonly totalCordonedSeconds: number;
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
}

export interface Transition {
  readonly rv: number;
  readonly time: number;
  readonly from: NodeState;
  readonly to: NodeState;
}

type Limit = Pick<SeenPolicy, 'maxParallelUpgrades'>;

/** Takes the figures as the changes pass by. */
export class Tally {
  readonly #inProgress = new Set<string>();
  readonly #transitions = new Map<string, Transition[]>();
  readonly #cordonedSince = new Map<string, number>();
  readonly #cordonedMs = new Map<string, number>();
  readonly #freed: number[] = [];
  readonly #gapsMs: number[] = [];
  #most = 0;
  #firstStart: number | undefined;
  #lastDone: number | undefined;
  #nodesDone = 0;

  node(change: Change<SeenNode>, policy: Limit | undefined): void {
    const { rv, time, before, after } = change;
    const name = nameOf(change);
    this.#cordon(name, after?.unschedulable === true, time);
    const [from, to] = [stateOf(before), stateOf(after)];
    if (from === to) return;
    if (before !== undefined && after !== undefined)
      this.#transitions.set(name, [...(this.#transitions.get(name) ?? []), { rv, time, from, to }]);
    if (isInProgress(to) && !isInProgress(from)) this.#start(name, before !== undefined, time);
    if (isInProgress(from) && !isInProgress(to)) this.#finish(name, to, time, policy);
  }

  /** @param now until when a cordon that stands is counted, milliseconds since the Unix epoch */
  statistics(now: number): Statistics {
    const cordoned = new Map([...this.#cordonedMs].map(([node, ms]) => [node, ms / 1000]));
    for (const [node, since] of this.#cordonedSince)
      cordoned.set(node, (cordoned.get(node) ?? 0) + (now - since) / 1000);
    const gaps = this.#gapsMs.map((ms) => ms / 1000).sort((a, b) => a - b);
    return {
      durationSeconds: ((this.#lastDone ?? 0) - (this.#firstStart ?? this.#lastDone ?? 0)) / 1000,
      nodesDone: this.#nodesDone,
      mostInProgress: this.#most,
      slotGapSeconds: {
        median: gaps[gaps.length >> 1] ?? 0,
        p99: gaps[Math.floor(gaps.length * 0.99)] ?? 0,
        most: gaps.at(-1) ?? 0,
        total: sum(gaps),
      },
      cordonedSeconds: cordoned,
      totalCordonedSeconds: sum([...cordoned.values()]),
      transitions: this.#transitions,
    };
  }

  /** A node that was in progress when the observation began has taken no slot that we saw freed. */
  #start(name: string, seen: boolean, time: number): void {
    this.#inProgress.add(name);
    this.#most = Math.max(this.#most, this.#inProgress.size);
    if (!seen) return;
    this.#firstStart ??= time;
    const freed = this.#freed.shift();
    if (freed !== undefined) this.#gapsMs.push(time - freed);
  }

  #finish(name: string, to: NodeState, time: number, policy: Limit | undefined): void {
    this.#inProgress.delete(name);
    // Without a limit there are no slots; and one that was freed beyond a lowered limit is not there to be taken.
    const limit = policy?.maxParallelUpgrades ?? 0;
    if (limit > 0 && this.#inProgress.size + this.#freed.length < limit) this.#freed.push(time);
    if (to !== 'upgrade-done') return;
    this.#nodesDone += 1;
    this.#lastDone = time;
  }

  #cordon(name: string, cordoned: boolean, time: number): void {
    const since = this.#cordonedSince.get(name);
    if (cordoned === (since !== undefined)) return;
    if (since === undefined) {
      this.#cordonedSince.set(name, time);
      return;
    }
    this.#cordonedSince.delete(name);
    this.#cordonedMs.set(name, (this.#cordonedMs.get(name) ?? 0) + time - since);
  }
}

function nameOf({ before, after }: Change<SeenNode>): string {
  return (after ?? before)?.name ?? '';
}

function stateOf(node: SeenNode | undefined): NodeState {
  return node?.state ?? 'none';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

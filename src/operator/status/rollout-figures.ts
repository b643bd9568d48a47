import type { Clock } from '../../cluster/clock.ts';
import { isInProgress } from '../../contract/states.ts';
import type { RolloutStatus, UpgradeStatus } from '../../contract/status.ts';
import { timestamp } from '../../reasons/index.ts';
import { isCordonedByUpgrade } from '../../upgrade/human-cordon.ts';
import { stateOf, type NodeView } from '../../upgrade/view.ts';

/** A rollout, as far as it is counted. Times are in milliseconds since the epoch. */
interface Rollout {
  readonly version: string | undefined;
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
  readonly upgraded: number;
  readonly podsEvicted: number;
  readonly nodeMilliseconds: number;
}

/** An estimate from fewer nodes, or from a shorter time, would be a guess. */
const NODES_TO_TELL = 3;
const MILLISECONDS_TO_TELL = 60_000;

/**
 * What a rollout has cost so far, and when it may end: from the first node that needs an upgrade to the last, for one version. It goes on
 * from what the status says when another operator takes over; only what happened in between is not counted.
 */
export class RolloutFigures {
  readonly #clock: Clock;
  readonly #inProgress = new Set<string>();
  readonly #outOfService = new Set<string>();
  /** Up to when the time out of service is counted. */
  #countedTo = 0;
  #rollout: Rollout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Goes on from what an operator that ran before has written. */
  resume(told: UpgradeStatus | undefined): void {
    const startedAt = timeOf(told?.startedAt);
    if (told === undefined || startedAt === undefined) return;
    this.#rollout = {
      version: told.targetVersion,
      startedAt,
      finishedAt: timeOf(told.finishedAt),
      upgraded: told.upgraded ?? 0,
      podsEvicted: told.podsEvicted ?? 0,
      nodeMilliseconds: (told.nodeSecondsOutOfService ?? 0) * 1000,
    };
    this.#countedTo = this.#clock.now();
  }

  /** Takes note of a node as it is now; undefined: it is gone. */
  note(name: string, view: NodeView | undefined): void {
    this.#countTime();
    const state = view === undefined ? 'none' : stateOf(view);
    if (this.#inProgress.has(name) && state === 'upgrade-done') this.#count({ upgraded: 1 });
    setMembership(this.#inProgress, name, isInProgress(state));
    setMembership(this.#outOfService, name, view !== undefined && isCordonedByUpgrade(view));
  }

  /** A pod has been evicted. */
  noteEviction(): void {
    this.#count({ podsEvicted: 1 });
  }

  /** Takes note of which version is wanted, and whether any node waits for it or is in the middle of its upgrade. */
  observe(version: string | undefined, running: boolean): void {
    const now = this.#clock.now();
    const isOver = this.#rollout === undefined || this.#rollout.finishedAt !== undefined;
    if (running && (isOver || this.#rollout?.version !== version)) {
      this.#rollout = { version, startedAt: now, finishedAt: undefined, ...NOTHING_YET };
      this.#countedTo = now;
    } else if (!running && this.#rollout !== undefined && !isOver) {
      this.#countTime();
      this.#rollout = { ...this.#rollout, finishedAt: now };
    }
  }

  /** @param left how many nodes are on their way, or wait for nothing but their turn */
  status(left: number): RolloutStatus {
    this.#countTime();
    const rollout = this.#rollout;
    if (rollout === undefined) return {};
    const { startedAt, finishedAt, upgraded, podsEvicted, nodeMilliseconds } = rollout;
    const end = finishedAt === undefined ? this.#estimatedEnd(rollout, left) : undefined;
    return {
      startedAt: timestamp(startedAt),
      ...(finishedAt === undefined ? {} : { finishedAt: timestamp(finishedAt) }),
      ...(end === undefined ? {} : { estimatedEnd: timestamp(end) }),
      upgraded,
      podsEvicted,
      nodeSecondsOutOfService: Math.round(nodeMilliseconds / 1000),
    };
  }

  /** At the pace of the whole rollout so far: nodes that are upgraded together end together, so that a shorter time would mislead. */
  #estimatedEnd({ startedAt, upgraded }: Rollout, left: number): number | undefined {
    const now = this.#clock.now();
    const elapsed = now - startedAt;
    if (left === 0 || upgraded < NODES_TO_TELL || elapsed < MILLISECONDS_TO_TELL) return undefined;
    return now + (elapsed / upgraded) * left;
  }

  #count({ upgraded = 0, podsEvicted = 0 }: Partial<Rollout>): void {
    if (this.#rollout === undefined) return;
    this.#rollout = {
      ...this.#rollout,
      upgraded: this.#rollout.upgraded + upgraded,
      podsEvicted: this.#rollout.podsEvicted + podsEvicted,
    };
  }

  #countTime(): void {
    const now = this.#clock.now();
    const passed = Math.max(0, now - this.#countedTo);
    this.#countedTo = now;
    if (this.#rollout === undefined || this.#rollout.finishedAt !== undefined) return;
    const nodeMilliseconds = this.#rollout.nodeMilliseconds + this.#outOfService.size * passed;
    this.#rollout = { ...this.#rollout, nodeMilliseconds };
  }
}

const NOTHING_YET = { upgraded: 0, podsEvicted: 0, nodeMilliseconds: 0 } as const;

/** The figures as a status tells them. */
export function toldFigures(told: UpgradeStatus | undefined): RolloutStatus {
  const { startedAt, finishedAt, estimatedEnd, upgraded, podsEvicted, nodeSecondsOutOfService } = told ?? {};
  return {
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(estimatedEnd === undefined ? {} : { estimatedEnd }),
    ...(upgraded === undefined ? {} : { upgraded }),
    ...(podsEvicted === undefined ? {} : { podsEvicted }),
    ...(nodeSecondsOutOfService === undefined ? {} : { nodeSecondsOutOfService }),
  };
}

function setMembership(set: Set<string>, name: string, belongs: boolean): void {
  if (belongs) set.add(name);
  else set.delete(name);
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

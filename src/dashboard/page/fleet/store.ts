import { addPoint } from '../../progress.ts';
import type { FleetChange, FleetSnapshot, NodeRecord, ProgressPoint, RolloutRecord } from '../../wire.ts';
import { Counter } from './counter.ts';
import { kindOf, type Kind } from './kind.ts';

/** Told which nodes have changed, come or gone. */
export type StoreListener = (names: ReadonlySet<string>) => void;

const NO_ROLLOUT: RolloutRecord = {
  message: '',
  autoUpgrade: true,
  paused: false,
  maxParallel: 0,
  podsEvicted: 0,
  nodeSecondsOutOfService: 0,
};

/** The fleet as the page knows it. What a change costs does not depend on how many nodes there are. */
export class FleetStore {
  readonly #nodes = new Map<string, NodeRecord>();
  readonly #listeners = new Set<StoreListener>();
  readonly kinds = new Counter<Kind>();
  readonly reasons = new Counter<string>();
  readonly zones = new Counter<string>();
  readonly pools = new Counter<string>();
  rollout: RolloutRecord = NO_ROLLOUT;
  progress: ProgressPoint[] = [];
  titles: Readonly<Record<string, string>> = {};
  seenSince = 0;
  /** By how much the operator's clock is ahead of this one, in milliseconds. */
  #ahead = 0;
  /** Goes up with every change. */
  version = 0;

  get size(): number {
    return this.#nodes.size;
  }

  get nodes(): Iterable<NodeRecord> {
    return this.#nodes.values();
  }

  node(name: string): NodeRecord | undefined {
    return this.#nodes.get(name);
  }

  /** The time by the operator's clock. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** What a reason is called. */
  titleOf(code: string): string {
    return Object.hasOwn(this.titles, code) ? (this.titles[code] ?? code) : code;
  }

  replace(snapshot: FleetSnapshot): void {
    const changed = new Set([...this.#nodes.keys(), ...snapshot.nodes.map(({ name }) => name)]);
    this.#nodes.clear();
    for (const counter of [this.kinds, this.reasons, this.zones, this.pools]) counter.clear();
    for (const record of snapshot.nodes) this.#put(record);
    this.titles = snapshot.titles;
    this.seenSince = snapshot.seenSince;
    this.progress = [...snapshot.progress];
    this.rollout = snapshot.rollout;
    this.#done(changed, snapshot.now);
  }

  apply({ now, rollout, progress, nodes, gone }: FleetChange): void {
    if (isAnother(rollout, this.rollout)) this.progress = [];
    this.rollout = rollout;
    const last = this.progress.at(-1)?.at ?? -Infinity;
    for (const point of progress) if (point.at > last) addPoint(this.progress, point);
    for (const name of gone) this.#remove(name);
    for (const record of nodes) this.#put(record);
    this.#done(new Set([...gone, ...nodes.map(({ name }) => name)]), now);
  }

  /** @returns ends it */
  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #put(record: NodeRecord): void {
    this.#remove(record.name);
    this.#nodes.set(record.name, record);
    this.#count(record, 1);
  }

  #remove(name: string): void {
    const before = this.#nodes.get(name);
    if (before === undefined) return;
    this.#nodes.delete(name);
    this.#count(before, -1);
  }

  #count(record: NodeRecord, by: 1 | -1): void {
    this.kinds.add(kindOf(record), by);
    this.zones.add(record.zone, by);
    this.pools.add(record.pool, by);
    if (record.code !== undefined) this.reasons.add(record.code, by);
  }

  #done(names: ReadonlySet<string>, now: number): void {
    this.#ahead = now - Date.now();
    this.version += 1;
    for (const listener of this.#listeners) listener(names);
  }
}

function isAnother(rollout: RolloutRecord, before: RolloutRecord): boolean {
  return rollout.version !== before.version || rollout.startedAt !== before.startedAt;
}

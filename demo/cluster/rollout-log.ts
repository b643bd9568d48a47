import { isInProgress } from '../../src/contract/states.ts';
import type { SeenNode } from '../../src/invariants/index.ts';
import type { CordonCount, Wait } from '../view/fleet.ts';

/** What one rollout cost: which nodes were out of service for how long, and what they waited for. Fed with each change of a node. */
export class RolloutLog {
  readonly #now: () => number;
  readonly #begun: number;
  /** In their order. */
  readonly waits: Wait[] = [];
  readonly #nodes = new Map<string, SeenNode>();
  readonly #inStateSince = new Map<string, number>();
  /** What a node waits for in the state that it is in. */
  readonly #causes = new Map<string, string>();
  readonly #outSince = new Map<string, number>();
  readonly #out = new Map<string, number>();
  readonly #failed = new Set<string>();
  #mostInProgress = 0;
  #mostCordoned: CordonCount = { all: 0, inProgress: 0, failed: 0, person: 0 };
  #lastDone: number | undefined;

  /**
   * @param nodes as they are before anything is done to them
   * @param now milliseconds, that only ever go forward
   */
  constructor(nodes: Iterable<SeenNode>, now: () => number) {
    this.#now = now;
    this.#begun = now();
    for (const node of nodes) {
      this.#nodes.set(node.name, node);
      if (isHeldByUpgrade(node)) this.#outSince.set(node.name, this.#begun);
    }
    this.#count();
  }

  /** Milliseconds since the rollout began. */
  get elapsed(): number {
    return this.#now() - this.#begun;
  }

  /** Milliseconds until the last node that was upgraded was done. */
  get duration(): number {
    return (this.#lastDone ?? this.#begun) - this.#begun;
  }

  get mostInProgress(): number {
    return this.#mostInProgress;
  }

  /** The moment at which the most nodes were cordoned, on whoever's behalf. */
  get mostCordoned(): CordonCount {
    return this.#mostCordoned;
  }

  /** Nodes that have failed, if only for a while; by name. */
  get failed(): readonly string[] {
    return [...this.#failed].sort();
  }

  /** Of each node that was upgraded: milliseconds from its cordon to the end of its upgrade, in which it could take no work. */
  get outOfService(): ReadonlyMap<string, number> {
    return this.#out;
  }

  node(after: SeenNode): void {
    const before = this.#nodes.get(after.name);
    this.#nodes.set(after.name, after);
    this.#count();
    if (before === undefined || before.state === after.state) return;
    this.#endWait(before, after);
    if (after.state === 'upgrade-failed') this.#failed.add(after.name);
    if (before.state === 'cordon-required' && !this.#outSince.has(after.name))
      this.#outSince.set(after.name, this.#now());
    if (after.state === 'upgrade-done') this.#done(after.name);
  }

  /** A node that is gone. */
  forget(name: string): void {
    this.#nodes.delete(name);
  }

  /** What a node waits for in the state that it is in, as words that follow "it waited". The first ones stand. */
  waitsFor(node: string, cause: string): void {
    if (!this.#causes.has(node)) this.#causes.set(node, cause);
  }

  #endWait({ name, state }: SeenNode, { state: next }: SeenNode): void {
    const now = this.#now();
    const cause = state === 'upgrade-failed' ? 'for its failure to be mended' : this.#causes.get(name);
    const since = this.#inStateSince.get(name);
    if (cause !== undefined && since !== undefined)
      this.waits.push({ node: name, state, next, cause, ms: now - since });
    this.#causes.delete(name);
    this.#inStateSince.set(name, now);
  }

  #done(name: string): void {
    const since = this.#outSince.get(name);
    if (since === undefined) return;
    this.#lastDone = this.#now();
    this.#outSince.delete(name);
    this.#out.set(name, (this.#out.get(name) ?? 0) + this.#lastDone - since);
  }

  #count(): void {
    const nodes = [...this.#nodes.values()];
    this.#mostInProgress = Math.max(
      this.#mostInProgress,
      nodes.filter(({ state }) => isInProgress(state)).length,
    );
    const cordoned = nodes.filter(({ unschedulable }) => unschedulable);
    if (cordoned.length <= this.#mostCordoned.all) return;
    const inProgress = cordoned.filter(({ state }) => isInProgress(state)).length;
    const failed = cordoned.filter((node) => !isInProgress(node.state) && hasFailed(node)).length;
    const all = cordoned.length;
    this.#mostCordoned = { all, inProgress, failed, person: all - inProgress - failed };
  }
}

/** One that is to be tried again keeps the cordon of its failure. */
function hasFailed({ state, failedBefore }: SeenNode): boolean {
  return failedBefore || state === 'upgrade-failed';
}

function isHeldByUpgrade(node: SeenNode): boolean {
  return node.unschedulable && !node.initiallyUnschedulable && (isInProgress(node.state) || hasFailed(node));
}

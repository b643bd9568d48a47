import type { NodeFacts, Rollout } from './node-plan.ts';

type Counted = Exclude<keyof NodeFacts, 'rollout'>;

/** What there is of a DaemonSet on all nodes. It is kept up by difference: a node that changes costs as much however many there are. */
export class Tally {
  readonly counts: Record<Counted, number> = {
    desired: 0,
    current: 0,
    misscheduled: 0,
    ready: 0,
    updated: 0,
  };
  readonly #facts = new Map<string, NodeFacts>();
  readonly #rollouts: Record<Rollout, Set<string>> = {
    none: new Set(),
    unavailable: new Set(),
    'outdated-unavailable': new Set(),
    outdated: new Set(),
  };

  /** @param facts undefined: the node is gone */
  set(node: string, facts: NodeFacts | undefined): void {
    const old = this.#facts.get(node);
    if (old !== undefined) this.#add(old, -1);
    if (old?.rollout !== facts?.rollout) {
      if (old !== undefined) this.#rollouts[old.rollout].delete(node);
      if (facts !== undefined) this.#rollouts[facts.rollout].add(node);
    }
    if (facts === undefined) {
      this.#facts.delete(node);
      return;
    }
    this.#add(facts, 1);
    this.#facts.set(node, facts);
  }

  get(node: string): NodeFacts | undefined {
    return this.#facts.get(node);
  }

  get nodes(): Iterable<string> {
    return this.#facts.keys();
  }

  /** The nodes whose old pods a rolling update replaces now. */
  toReplace(maxUnavailable: number): readonly string[] {
    const { unavailable, outdated, 'outdated-unavailable': broken } = this.#rollouts;
    const allowed = Math.max(maxUnavailable - unavailable.size - broken.size, 0);
    return [...broken, ...[...outdated].slice(0, allowed)];
  }

  #add(facts: NodeFacts, sign: 1 | -1): void {
    for (const key of Object.keys(this.counts) as Counted[]) if (facts[key]) this.counts[key] += sign;
  }
}

import { isInProgress, type NodeState } from '../contract/states.ts';
import type { UpgradePolicy } from '../contract/upgrade-policy.ts';
import type { Decision } from './actions.ts';
import { freeSlots, type FleetCounts } from './limits.ts';
import { SortedNames } from './sorted-names.ts';

type Wish = NonNullable<Decision['wantsSlot']>;

/** Those that have been through it all already go first: their slot is free again at once. */
const WISHES: readonly Wish[] = ['recover', 'start'];

interface Member {
  readonly state: NodeState;
  readonly wish: Wish | undefined;
}

/**
 * The nodes all together, as far as they concern each other: how many are in which state, who waits for a slot, and who has been
 * granted one. Each change of one node costs the same, however many there are.
 *
 * A slot counts as taken from the moment it is granted, so that no two decisions spend it twice, until the node's label says so or
 * the grant is {@link withdraw}n.
 */
export class Fleet {
  readonly #members = new Map<string, Member>();
  readonly #states = new Map<NodeState, number>();
  readonly #queues: Readonly<Record<Wish, SortedNames>> = {
    recover: new SortedNames(),
    start: new SortedNames(),
  };
  readonly #granted = new Set<string>();
  #inProgress = 0;

  /** Takes note of a node's state as it is now. */
  see(name: string, state: NodeState): void {
    const before = this.#members.get(name);
    if (before?.state === state) return;
    if (before !== undefined) this.#uncount(before.state);
    this.#states.set(state, (this.#states.get(state) ?? 0) + 1);
    if (isInProgress(state)) {
      this.#inProgress += 1;
      // The label has taken over from the grant.
      this.#granted.delete(name);
    }
    this.#members.set(name, { state, wish: before?.wish });
  }

  /** Takes note of what a node would do with a slot. */
  wish(name: string, wish: Wish | undefined): void {
    const member = this.#members.get(name);
    if (member === undefined || member.wish === wish) return;
    if (member.wish !== undefined) this.#queues[member.wish].delete(name);
    if (wish !== undefined) this.#queues[wish].add(name);
    this.#members.set(name, { ...member, wish });
  }

  /** A node is no longer there, or no longer any concern of the upgrade. */
  remove(name: string): void {
    const member = this.#members.get(name);
    this.withdraw(name);
    if (member === undefined) return;
    this.wish(name, undefined);
    this.#uncount(member.state);
    this.#members.delete(name);
  }

  /**
   * Grants slots as long as a limit leaves some and a node waits for one; the names of the nodes that got one now.
   *
   * @param mayStart asked of each whose turn it is. Where it says no, the others wait, too: nobody is overtaken.
   */
  grant(policy: UpgradePolicy, mayStart: (name: string) => boolean = () => true): readonly string[] {
    const names: string[] = [];
    let free = freeSlots(this.counts, policy);
    while (free > 0) {
      const name = this.#next();
      if (name === undefined || !mayStart(name)) break;
      this.wish(name, undefined);
      this.#granted.add(name);
      names.push(name);
      free -= 1;
    }
    return names;
  }

  /** Whether the node holds a slot that its label does not show yet. */
  isGranted(name: string): boolean {
    return this.#granted.has(name);
  }

  /**
   * Counts a node among those that hold a slot, for it may be being started at this moment without this one's doing, until its label
   * says so or it is known that it is not ({@link withdraw}).
   */
  hold(name: string): void {
    this.#granted.add(name);
  }

  /** The nodes that hold a slot that their labels do not show yet. */
  get granted(): ReadonlySet<string> {
    return this.#granted;
  }

  /** The nodes whose turn it is next, the first of them first, `most` of them at the most. */
  upcoming(most: number): readonly string[] {
    const names: string[] = [];
    for (const wish of WISHES) names.push(...this.#queues[wish].firstFew(most - names.length, () => true));
    return names;
  }

  /** How many nodes wait for a slot. */
  get waiting(): number {
    return WISHES.reduce((sum, wish) => sum + this.#queues[wish].size, 0);
  }

  /** Whether the policy leaves room for some only, however many. */
  isLimited(policy: UpgradePolicy): boolean {
    return freeSlots(this.counts, policy) !== Infinity;
  }

  /** The node does not use the slot it was granted. Only to be said when its label is known not to have been written. */
  withdraw(name: string): void {
    this.#granted.delete(name);
  }

  get counts(): FleetCounts {
    return { inProgress: this.#inProgress + this.#granted.size };
  }

  /** How many nodes are in each state; states without a node are left out. */
  get states(): ReadonlyMap<NodeState, number> {
    return this.#states;
  }

  get size(): number {
    return this.#members.size;
  }

  #next(): string | undefined {
    for (const wish of WISHES) {
      const name = this.#queues[wish].first();
      if (name !== undefined) return name;
    }
    return undefined;
  }

  #uncount(state: NodeState): void {
    const left = (this.#states.get(state) ?? 0) - 1;
    if (left > 0) this.#states.set(state, left);
    else this.#states.delete(state);
    if (isInProgress(state)) this.#inProgress -= 1;
  }
}

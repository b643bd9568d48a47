import { controllerOf } from '../../../../kubernetes/objects.ts';
import type { OwnerReference } from '../../../../kubernetes/objects.ts';
import type { Pod } from '../objects.ts';
import { isReady, isTerminating } from '../pods/pod-facts.ts';

interface Owned {
  readonly owner: OwnerReference;
  pods: number;
}

/** The pods that a disruption budget is about, and how they are, kept up by difference. */
export class BudgetMembers {
  /** By their names: all are in one namespace. */
  readonly #pods = new Map<string, Pod>();
  readonly #owners = new Map<string, Owned>();
  #healthy = 0;

  get size(): number {
    return this.#pods.size;
  }

  has(name: string): boolean {
    return this.#pods.has(name);
  }

  get(name: string): Pod | undefined {
    return this.#pods.get(name);
  }

  /** The controllers of all pods that have one, each once. */
  get owners(): readonly OwnerReference[] {
    return [...this.#owners.values()].map(({ owner }) => owner);
  }

  /** How many are healthy, not counting those that are about to be deleted. */
  healthy(disrupted: readonly string[]): number {
    const leaving = disrupted.filter((name) => isHealthy(this.#pods.get(name)));
    return this.#healthy - leaving.length;
  }

  /**
   * @param pod as it is now; undefined: it is no member any more
   * @returns whether anything changed that a budget depends on
   */
  set(name: string, pod: Pod | undefined): boolean {
    const before = this.#pods.get(name);
    if (before !== undefined) this.#add(before, -1);
    if (pod === undefined) this.#pods.delete(name);
    else {
      this.#pods.set(name, pod);
      this.#add(pod, 1);
    }
    return !isAlike(before, pod);
  }

  #add(pod: Pod, sign: 1 | -1): void {
    if (isHealthy(pod)) this.#healthy += sign;
    const owner = controllerOf(pod.metadata);
    if (owner === undefined) return;
    const owned = this.#owners.get(owner.uid) ?? { owner, pods: 0 };
    owned.pods += sign;
    if (owned.pods === 0) this.#owners.delete(owner.uid);
    else this.#owners.set(owner.uid, owned);
  }
}

function isHealthy(pod: Pod | undefined): boolean {
  return pod !== undefined && !isTerminating(pod) && isReady(pod);
}

/** Whether there is no difference that a budget depends on. */
function isAlike(a: Pod | undefined, b: Pod | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.metadata.uid === b.metadata.uid && isTerminating(a) === isTerminating(b) && isReady(a) === isReady(b)
  );
}

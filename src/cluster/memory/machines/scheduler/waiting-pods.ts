import { keyOf } from '../../../object-cache.ts';
import type { Pod } from '../objects.ts';
import { intendedNode } from '../pods/pod-facts.ts';

/** @see https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/ podInitialBackoffSeconds, podMaxBackoffSeconds */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 10_000;

interface Waiting {
  readonly pod: Pod;
  /** Not to be tried again before, on the monotonic clock. */
  readonly notBefore: number;
}

/** The pods for which no node was found, and which of them another look at a node may help. */
export class WaitingPods {
  /** By the only node that they can be on. */
  readonly #pinned = new Map<string, Map<string, Waiting>>();
  readonly #free = new Map<string, Waiting>();
  readonly #attempts = new Map<string, number>();

  add(pod: Pod, now: number): void {
    const key = keyOf(pod.metadata);
    const attempts = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempts);
    const wait = Math.min(FIRST_WAIT * 2 ** Math.min(attempts - 1, 10), LONGEST_WAIT);
    this.#groupOf(pod).set(key, { pod, notBefore: now + wait });
  }

  /** The pod was bound, or is no more. */
  forget(pod: Pod): void {
    const key = keyOf(pod.metadata);
    if (!this.#attempts.delete(key)) return;
    this.#take(pod, key);
  }

  /** Takes out those for which this node would do now, and says in how many milliseconds each may be tried again. */
  *takeFor(node: string, fits: (pod: Pod) => boolean, now: number): Generator<readonly [string, number]> {
    for (const group of [this.#pinned.get(node), this.#free]) {
      for (const [key, { pod, notBefore }] of group ?? []) {
        if (!fits(pod)) continue;
        this.#take(pod, key);
        yield [key, Math.max(notBefore - now, 0)];
      }
    }
  }

  #take(pod: Pod, key: string): void {
    this.#free.delete(key);
    const node = intendedNode(pod.spec);
    const group = node === undefined ? undefined : this.#pinned.get(node);
    group?.delete(key);
    if (node !== undefined && group?.size === 0) this.#pinned.delete(node);
  }

  #groupOf(pod: Pod): Map<string, Waiting> {
    const node = intendedNode(pod.spec);
    if (node === undefined) return this.#free;
    const group = this.#pinned.get(node) ?? new Map<string, Waiting>();
    this.#pinned.set(node, group);
    return group;
  }
}

import { keyOf } from '../../../object-cache.ts';
import type { Pod } from '../objects.ts';
import type { Amounts } from './requests.ts';
import { requestsOf } from './requests.ts';

const NOTHING: Amounts = new Map();

/** What one node has to carry: the pods that are bound to it, and those that are about to be. */
export class NodeLoad {
  readonly node: string;
  readonly #pods = new Map<string, Pod>();
  /** Those that do not want just any pod beside them: few. */
  readonly #exclusive = new Map<string, Pod>();
  readonly #used = new Map<string, number>();

  constructor(node: string) {
    this.node = node;
  }

  get size(): number {
    return this.#pods.size;
  }

  get pods(): Iterable<Pod> {
    return this.#pods.values();
  }

  get exclusive(): Iterable<Pod> {
    return this.#exclusive.values();
  }

  used(resource: string): number {
    return this.#used.get(resource) ?? 0;
  }

  set(pod: Pod): void {
    const key = keyOf(pod.metadata);
    this.#count(this.#pods.get(key), -1);
    this.#pods.set(key, pod);
    this.#count(pod, 1);
    if (pod.spec?.affinity?.podAntiAffinity !== undefined) this.#exclusive.set(key, pod);
  }

  delete(key: string): void {
    this.#count(this.#pods.get(key), -1);
    this.#pods.delete(key);
    this.#exclusive.delete(key);
  }

  #count(pod: Pod | undefined, sign: 1 | -1): void {
    const requests = pod?.spec === undefined ? NOTHING : requestsOf(pod.spec);
    for (const [resource, amount] of requests) this.#used.set(resource, this.used(resource) + sign * amount);
  }
}

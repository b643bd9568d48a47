import { setTimeout as sleep } from 'node:timers/promises';
import { DRIVER_LABEL } from '../../src/contract/keys.ts';
import type { ApiClient } from '../control-plane/index.ts';
import { annotate, INIT_DONE_ANNOTATION, listPods, type PodObject } from '../control-plane/fixtures.ts';

const LOOK_MS = 100;

/**
 * Decides when drivers load: pods whose node is held stay in their init container until it is released. A test can so stop a node in
 * the middle of its driver's restart for as long as it likes. The control plane must have been started with
 * `runInitContainers: 'outside'`.
 */
export class DriverGate {
  readonly #api: ApiClient;
  readonly #held = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;

  constructor(api: ApiClient) {
    this.#api = api;
    this.#loop = this.#run();
  }

  hold(...nodes: readonly string[]): void {
    for (const node of nodes) this.#held.add(node);
  }

  /** Without names: all of them. */
  release(...nodes: readonly string[]): void {
    if (nodes.length === 0) this.#held.clear();
    for (const node of nodes) this.#held.delete(node);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      // Without an API server a kubelet goes on with what it has.
      await this.#look().catch(() => undefined);
      await sleep(LOOK_MS);
    }
  }

  async #look(): Promise<void> {
    const pods = await listPods(this.#api, { labelSelector: DRIVER_LABEL });
    await Promise.all(pods.filter((pod) => this.#mayGoOn(pod)).map((pod) => this.#letGo(pod)));
  }

  #mayGoOn({ metadata, spec }: PodObject): boolean {
    const isDone = metadata.annotations?.[INIT_DONE_ANNOTATION] !== undefined;
    return spec.nodeName !== undefined && !isDone && !this.#held.has(spec.nodeName);
  }

  async #letGo({ metadata }: PodObject): Promise<void> {
    const path = `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name}`;
    // It may be gone by now.
    await annotate(this.#api, path, { [INIT_DONE_ANNOTATION]: 'true' }).catch(() => undefined);
  }
}

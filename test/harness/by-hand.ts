import { setTimeout as sleep } from 'node:timers/promises';
import { INITIALLY_UNSCHEDULABLE_ANNOTATION, STATE_LABEL } from '../../src/contract/keys.ts';
import type { UpgradeState } from '../../src/contract/states.ts';
import type { ApiClient } from '../control-plane/index.ts';
import { deleteDriver, driverIsUpdated, emptyNode, type HandView } from './by-hand-steps.ts';

/** A mistake to be made on purpose. */
export type Fault =
  | 'skip-drain'
  | 'skip-cordon'
  | 'exceed-limit'
  | 'forget-uncordon'
  | 'uncordon-apart'
  | 'skip-state'
  | 'done-too-early'
  | 'delete-workloads'
  | 'drop-human-cordon';

export interface ByHandOptions {
  readonly api: ApiClient;
  /** What the cluster looks like now, kept up by a watch. */
  readonly view: HandView;
  readonly nodes: readonly string[];
  /** 0: all at once. */
  readonly parallel: number;
  readonly faults?: readonly Fault[];
}

/**
 * Upgrades nodes by the contract's writes and nothing else: what any operator must do at least. The driver DaemonSet must have its
 * new template already.
 *
 * With faults, it makes those mistakes on every node.
 */
export async function upgradeByHand(options: ByHandOptions): Promise<void> {
  const { nodes, parallel, faults = [] } = options;
  const slots = parallel === 0 ? nodes.length : parallel + (faults.includes('exceed-limit') ? 1 : 0);
  const hands = nodes.map((node) => new Hand(node, options));
  await inTurn(hands, 32, (hand) => hand.write('upgrade-required'));
  await inTurn(hands, slots, (hand) => hand.upgrade());
}

/** One node's upgrade. */
class Hand {
  readonly #node: string;
  readonly #options: ByHandOptions;

  constructor(node: string, options: ByHandOptions) {
    this.#node = node;
    this.#options = options;
  }

  async upgrade(): Promise<void> {
    const { api, view } = this.#options;
    const cordonedBefore = view.node(this.#node)?.unschedulable === true;
    const note = cordonedBefore ? { [INITIALLY_UNSCHEDULABLE_ANNOTATION]: 'true' } : {};
    await this.write('cordon-required', { annotations: note });
    await this.write('wait-for-jobs-required', this.#has('skip-cordon') ? {} : { unschedulable: true });
    if (!this.#has('skip-state')) await this.write('drain-required');
    // On a node that is not cordoned, the scheduler would fill up what is taken away.
    if (!this.#has('skip-drain') && !this.#has('skip-cordon'))
      await emptyNode(api, this.#node, this.#has('delete-workloads') ? 'delete' : 'evict');
    await this.write('pod-restart-required');
    await deleteDriver(api, view, this.#node);
    if (!this.#has('done-too-early')) while (!driverIsUpdated(view, this.#node)) await sleep(10);
    await this.#end(cordonedBefore && !this.#has('drop-human-cordon'));
  }

  async #end(leaveCordoned: boolean): Promise<void> {
    if (leaveCordoned) {
      await this.write('upgrade-done', { annotations: { [INITIALLY_UNSCHEDULABLE_ANNOTATION]: null } });
      return;
    }
    await this.write('uncordon-required');
    if (this.#has('uncordon-apart')) await this.#patch({ spec: { unschedulable: null } });
    await this.write('upgrade-done', this.#has('forget-uncordon') ? {} : { unschedulable: null });
  }

  async write(
    state: UpgradeState,
    { unschedulable, annotations = {} }: { unschedulable?: boolean | null; annotations?: object } = {},
  ): Promise<void> {
    await this.#patch({
      metadata: { labels: { [STATE_LABEL]: state }, annotations },
      ...(unschedulable === undefined ? {} : { spec: { unschedulable } }),
    });
  }

  #patch(change: object): Promise<unknown> {
    return this.#options.api.patch(`/api/v1/nodes/${this.#node}`, 'merge', change);
  }

  #has(fault: Fault): boolean {
    return this.#options.faults?.includes(fault) === true;
  }
}

/** Does `work` for every item, in their order, so many at once. */
async function inTurn<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const remaining = items.values();
  const worker = async (): Promise<void> => {
    for (const item of remaining) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}

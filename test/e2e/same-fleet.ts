import { createNodes } from '../control-plane/fixtures.ts';
import type { UpgradePolicyFields } from '../harness/index.ts';
import { deleteWorkloads } from './empty-cluster.ts';
import { nodeStates } from './sights.ts';
import type { TestCluster } from './test-cluster.ts';

/** A fleet that is upgraded again and again, each time under another policy: quicker than a new one for each test. */
export class SameFleet {
  readonly #cluster: TestCluster;
  #version = 0;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  /** The version that the policy asks for. */
  get version(): string {
    return `24.${this.#version}-0.3.3.1-0`;
  }

  async create(count: number): Promise<readonly string[]> {
    return createNodes(this.#cluster.api, { count });
  }

  /** From now on the policy says this. All nodes are done, or have no state if it switches upgrades off, and nothing is on them. */
  async given(upgradePolicy: UpgradePolicyFields): Promise<void> {
    await deleteWorkloads(this.#cluster.api);
    const states = Object.values(await nodeStates(this.#cluster));
    // What a failed test has left is not the next one's business.
    if (states.some((state) => state !== 'upgrade-done')) {
      this.#version += 1;
      await this.#apply({ autoUpgrade: true, maxParallelUpgrades: 0 });
      await this.#cluster.rollout();
    }
    await this.#apply(upgradePolicy);
    if (upgradePolicy.autoUpgrade === true) return this.#cluster.rollout();
    for (const node of Object.keys(await nodeStates(this.#cluster))) await this.#cluster.state(node, 'none');
  }

  /** Asks for the next version. */
  async upgrade(): Promise<void> {
    this.#version += 1;
    await this.#cluster.setVersion(this.version);
  }

  #apply(upgradePolicy: UpgradePolicyFields): Promise<void> {
    return this.#cluster.applyPolicy({ version: this.version, upgradePolicy });
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { UpgradeState } from '../../src/contract/states.ts';
import { seenNode } from '../../src/invariants/trim.ts';
import {
  createNamespace,
  createNodes,
  createPod,
  eventually,
  inParallel,
} from '../../test/control-plane/fixtures.ts';
import { startControlPlane, type ControlPlane } from '../../test/control-plane/index.ts';
import { spreadWorkload } from '../../test/e2e/fleet.ts';
import { applyPolicy, policyYaml } from '../../test/harness/index.ts';
import { Reader } from '../../test/observer/api.ts';
import { Feed } from '../../test/observer/feed.ts';
import { currentVersion } from '../../test/observer/lists.ts';
import type { Contender } from './contender.ts';

export interface FleetPlan {
  readonly nodes: number;
  /** `maxParallelUpgrades`; 0: no limit. */
  readonly parallel: number;
  /** How long a driver takes to load, in milliseconds. */
  readonly loadMs: number;
  readonly podsPerNode: number;
  /** Pods on nodes without a NIC, which have nothing to do with any upgrade. */
  readonly bystanders: number;
}

export type Say = (what: string) => void;

const MINUTE = 60_000;
const BYSTANDERS_PER_NODE = 200;
const BYSTANDERS = 'bystanders';
const PLACE = 'other-';

/** Until what follows from the last step has calmed down, in milliseconds. */
const CALM_MS = 3000;

/** A control plane with a fleet whose nodes are all `upgrade-done`, and a watch of them. */
export class Fleet {
  readonly controlPlane: ControlPlane;
  readonly nodes: Feed;
  readonly plan: FleetPlan;
  readonly #reader: Reader;
  #versions = 0;

  private constructor(controlPlane: ControlPlane, reader: Reader, plan: FleetPlan) {
    this.controlPlane = controlPlane;
    this.plan = plan;
    this.#reader = reader;
    this.nodes = new Feed(reader, { path: '/api/v1/nodes', seen: seenNode });
  }

  /** @param contender brings the first drivers up, and is ended again */
  static async setUp(plan: FleetPlan, contender: Contender, say: Say): Promise<Fleet> {
    say('starting a control plane');
    const controlPlane = await startControlPlane({ driverLoadMs: plan.loadMs, onProgress: say });
    const { server, ca, adminToken } = controlPlane;
    const reader = new Reader({ server, ca, token: adminToken });
    const fleet = new Fleet(controlPlane, reader, plan);
    try {
      await fleet.#fill(contender, say);
      return fleet;
    } catch (error) {
      await fleet.tearDown();
      throw error;
    }
  }

  /** A version of the driver that nobody has asked for yet. */
  nextVersion(): string {
    this.#versions += 1;
    return `24.01-0.3.3.${this.#versions}-0`;
  }

  /** How many nodes are in a state. */
  count(state: UpgradeState): number {
    return [...this.nodes.latest.values()].filter((node) => node.kind === 'Node' && node.state === state)
      .length;
  }

  async calm(): Promise<void> {
    await sleep(CALM_MS);
  }

  async tearDown(): Promise<void> {
    await this.#reader.close();
    await this.nodes.stop();
    await this.controlPlane.stop();
  }

  async #fill(contender: Contender, say: Say): Promise<void> {
    const { api } = this.controlPlane;
    const { nodes, podsPerNode, parallel, bystanders } = this.plan;
    await this.nodes.start(await currentVersion(this.#reader));
    if (bystanders > 0) await this.#createBystanders(bystanders, say);
    say(`creating ${nodes} nodes`);
    await createNodes(api, { count: nodes, waitMs: 10 * MINUTE });
    const running = await contender.start(this.controlPlane);
    say(`bringing ${nodes} drivers up`);
    const upgradePolicy = { autoUpgrade: true, maxParallelUpgrades: parallel, drain: { enable: true } };
    await applyPolicy(this.controlPlane, policyYaml({ version: this.nextVersion(), upgradePolicy }));
    await eventually(() => running.obituary() !== '' || this.#allDone(), {
      what: `${nodes} nodes to have their first driver`,
      timeoutMs: 30 * MINUTE,
      intervalMs: 500,
    });
    if (running.obituary() !== '') throw new Error(running.obituary());
    await this.calm();
    await running.stop();
    if (podsPerNode === 0) return;
    say(`starting ${podsPerNode * nodes} workload pods`);
    await spreadWorkload(api, { replicas: podsPerNode * nodes }, 30 * MINUTE);
  }

  #allDone(): boolean {
    const done = this.count('upgrade-done');
    if (done < this.plan.nodes) throw new Error(`${done} have`);
    return true;
  }

  async #createBystanders(count: number, say: Say): Promise<void> {
    const { api } = this.controlPlane;
    say(`creating ${count} pods that have nothing to do with the upgrade`);
    await createNodes(api, { count: placesFor(count), prefix: PLACE, nic: false, waitMs: 5 * MINUTE });
    await createNamespace(api, BYSTANDERS);
    await inParallel([...Array(count).keys()], (index) => createPod(api, bystander(index, count)));
  }
}

/** A pod on a node without a NIC. @param count how many of them there are at a time */
export function bystander(index: number, count: number): Named & { readonly nodeName: string } {
  const nodeName = `${PLACE}${index % placesFor(count)}`;
  return { namespace: BYSTANDERS, name: `bystander-${index}`, nodeName };
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

function placesFor(count: number): number {
  return Math.ceil(count / BYSTANDERS_PER_NODE);
}

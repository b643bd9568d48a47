import { setTimeout as sleep } from 'node:timers/promises';
import { createJob, eventually } from '../control-plane/fixtures.ts';
import type { ApiServerRestart } from '../control-plane/index.ts';
import { WORK } from '../e2e/fleet.ts';
import type { TestCluster } from '../e2e/test-cluster.ts';
import type { Diary } from './diary.ts';

/** The label of the jobs that the policy waits for. */
export const JOB = { awaited: 'job' } as const;

/** The budget of the workload that is on every node. */
export const BUDGET = { name: 'slow', maxUnavailable: 4 } as const;

const BUDGET_PATH = `/apis/policy/v1/namespaces/${WORK}/poddisruptionbudgets/${BUDGET.name}`;

interface Parts {
  readonly cluster: TestCluster;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly diary: Diary;
}

/** What goes wrong in a cluster, and what people do in it, at moments and for times that chance decides. */
export class Mischief {
  readonly #cluster: TestCluster;
  readonly #random: () => number;
  readonly #diary: Diary;
  #jobs = 0;

  constructor({ cluster, random, diary }: Parts) {
    this.#cluster = cluster;
    this.#random = random;
    this.#diary = diary;
  }

  async killOperator(): Promise<void> {
    this.#diary.note('operator killed');
    await this.#cluster.operator.restart('kill');
  }

  async restartApiServer({ inOrder = false, downMs = 0 }: ApiServerRestart = {}): Promise<void> {
    const how = `${inOrder ? 'told to end' : 'killed'}, ${(downMs / 1000).toFixed(1)} s away`;
    this.#diary.note('API server restarted', how);
    await this.#cluster.controlPlane.restartApiServer({ inOrder, downMs });
    this.#diary.remark('API server ready again');
  }

  /** Whatever must be asked of the store gets no answer meanwhile. */
  async pauseEtcd({ leastMs = 2000, mostMs = 12_000 } = {}): Promise<void> {
    const forMs = this.#between(leastMs, mostMs);
    this.#diary.note('etcd paused', `${(forMs / 1000).toFixed(1)} s`);
    const goOn = this.#cluster.controlPlane.pauseEtcd();
    try {
      await sleep(forMs);
    } finally {
      goOn();
    }
  }

  /** Does something, and kills the operator at some moment within so many milliseconds. */
  async killDuring(deed: () => Promise<void>, withinMs: number): Promise<void> {
    await Promise.all([deed(), sleep(this.#random() * withinMs).then(() => this.killOperator())]);
  }

  /** The workload's budget permits nothing for a while. */
  async blockEvictions(): Promise<void> {
    const forMs = this.#between(500, 3000);
    this.#diary.note('evictions blocked', `${(forMs / 1000).toFixed(1)} s`);
    await this.#setBudget(0);
    await sleep(forMs);
    await this.#setBudget(BUDGET.maxUnavailable);
  }

  /** A job on some node, which takes a few seconds. */
  async startJob(nodes: readonly string[]): Promise<void> {
    const node = this.#oneOf(nodes);
    const name = `job-${(this.#jobs += 1)}`;
    const completesAfter = `${Math.round(this.#between(2000, 5000))}ms`;
    this.#diary.note('job started', `${name} on ${node}, ${completesAfter}`);
    await createJob(this.#cluster.api, {
      ...{ namespace: WORK, name, labels: JOB, completesAfter },
      nodeSelector: { 'kubernetes.io/hostname': node },
    });
  }

  async cordon(nodes: readonly string[]): Promise<void> {
    const node = this.#oneOf(nodes);
    this.#diary.note('node cordoned', node);
    await this.#cluster.people().cordon(node);
  }

  /**
   * An eviction whose caller, or whose server, dies before it is through may stay in the budget's books, the pod alive and well.
   * Kubernetes strikes it off after two minutes, in which everybody's evictions are refused; here that is done at once, lest nothing
   * happens between one deed and the next.
   */
  async strikeOffEvictions(): Promise<void> {
    await this.#persistently(() =>
      this.#cluster.api.patch(`${BUDGET_PATH}/status`, 'merge', { status: { disruptedPods: null } }),
    );
  }

  async #setBudget(maxUnavailable: number): Promise<void> {
    await this.#persistently(() =>
      this.#cluster.api.patch(BUDGET_PATH, 'merge', { spec: { maxUnavailable } }),
    );
  }

  /** Connections that break with the server are found to be broken when they are used. */
  async #persistently(call: () => Promise<unknown>): Promise<void> {
    await eventually(async () => (await call()) !== undefined, { what: 'the API server', timeoutMs: 60_000 });
  }

  #between(least: number, most: number): number {
    return least + this.#random() * (most - least);
  }

  #oneOf(nodes: readonly string[]): string {
    return nodes[Math.floor(this.#random() * nodes.length)] ?? '';
  }
}

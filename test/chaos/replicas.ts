import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_NAMESPACE, LEASE_NAME } from '../../src/contract/keys.ts';
import { eventually } from '../control-plane/index.ts';
import type { TestCluster } from '../e2e/test-cluster.ts';
import type { OperatorProcess } from '../harness/index.ts';
import type { Diary } from './diary.ts';

const LEASE_PATH = `/apis/coordination.k8s.io/v1/namespaces/${DEFAULT_NAMESPACE}/leases/${LEASE_NAME}`;

/** Who is next, when whoever leads says nothing more, leads within this time, on a machine that does other work too. */
const TAKEOVER_MS = 30_000;

interface Lease {
  readonly spec: { readonly holderIdentity?: string };
}

interface Parts {
  readonly cluster: TestCluster;
  readonly processes: readonly OperatorProcess[];
  readonly diary: Diary;
}

/** Several operators of one cluster, of which one leads, and what may happen to that one. */
export class Replicas {
  readonly #cluster: TestCluster;
  readonly #processes: readonly OperatorProcess[];
  readonly #diary: Diary;

  constructor({ cluster, processes, diary }: Parts) {
    this.#cluster = cluster;
    this.#processes = processes;
    this.#diary = diary;
  }

  /** It comes back at once, and leads again or not. */
  async killLeader(): Promise<void> {
    const leader = await this.#leader();
    this.#diary.note('leader killed', leader.identity);
    await leader.restart('kill');
  }

  /** It comes back when the other one leads. */
  async loseLeader(): Promise<void> {
    const leader = await this.#leader();
    this.#diary.note('leader killed', `${leader.identity}, for as long as it takes`);
    await leader.kill();
    await this.#otherThan(leader);
    await leader.restart('kill');
  }

  /** It is told to end, as when it is updated, and hands over. */
  async replaceLeader(): Promise<void> {
    const leader = await this.#leader();
    this.#diary.note('leader replaced', leader.identity);
    await leader.stop();
    await this.#otherThan(leader);
    await leader.restart();
  }

  /** It stands still for so many milliseconds, and then goes on with what it was doing when it believed that it led. */
  async pauseLeader(forMs: number): Promise<void> {
    const leader = await this.#leader();
    this.#diary.note('leader paused', `${leader.identity}, ${(forMs / 1000).toFixed(1)} s`);
    leader.pause();
    try {
      await Promise.all([sleep(forMs), this.#otherThan(leader)]);
    } finally {
      leader.resume();
    }
    this.#diary.remark(`${leader.identity} goes on`);
  }

  #leader(): Promise<OperatorProcess> {
    return this.#holder('one to lead', () => true);
  }

  async #otherThan(leader: OperatorProcess): Promise<void> {
    const other = await this.#holder(`another than ${leader.identity} to lead`, (each) => each !== leader);
    this.#diary.remark(`${other.identity} leads`);
  }

  /** Waits for the Lease to be held by one that will do. */
  #holder(what: string, willDo: (each: OperatorProcess) => boolean): Promise<OperatorProcess> {
    return eventually(
      async () => {
        const { spec } = await this.#cluster.api.get<Lease>(LEASE_PATH);
        return this.#processes.find((each) => each.identity === spec.holderIdentity && willDo(each));
      },
      { what, timeoutMs: TAKEOVER_MS },
    );
  }
}

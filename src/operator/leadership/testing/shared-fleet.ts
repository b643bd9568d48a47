import type { RawObject, StoreChange } from '../../../cluster/memory/api/types.ts';
import { DRIVER_LABEL, POLICY_NAME, STATE_LABEL } from '../../../contract/keys.ts';
import { isInProgress, parseState } from '../../../contract/states.ts';
import { lookUp } from '../../../kubernetes/objects.ts';
import { driverPods } from '../../resources/driver-pods.ts';
import { nodes } from '../../resources/nodes.ts';
import { policies } from '../../resources/objects.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { aRawNode, aRawPolicy, aRawReplicaSet, NAMESPACE } from '../../testing/builders.ts';
import { RecordedLog } from '../../testing/recorders.ts';
import { TestCluster } from '../../testing/test-cluster.ts';
import { runReplica } from '../replica.ts';
import { TestProcess } from './test-process.ts';

export const OLD = '23.10-0.5.5.0.1';
export const NEW = '24.01-0.3.3.1-0';

/** One of several operators on the same cluster. */
export interface TestReplica {
  readonly name: string;
  readonly process: TestProcess;
  readonly log: RecordedLog;
  /** Tells it to end. */
  stop(): void;
  readonly ended: Promise<void>;
  isReady(): boolean;
}

const REPLICA_SETS = { group: 'apps', plural: 'replicasets' };

interface Setting {
  readonly nodes: readonly string[];
  readonly maxParallelUpgrades?: number;
}

/**
 * A fleet that several operators look after, work that comes to every node that is schedulable, and an eye on what must never happen:
 * more nodes in progress than may be, or a driver that is taken from under the work.
 */
export class SharedFleet {
  readonly cluster = new TestCluster();
  readonly clock = this.cluster.clock;
  /** What happened that must not, for people. */
  readonly wrongs: string[] = [];
  readonly names: readonly string[];
  readonly #limit: number;

  constructor({ nodes: names, maxParallelUpgrades = 1 }: Setting) {
    this.#limit = maxParallelUpgrades === 0 ? Infinity : maxParallelUpgrades;
    this.cluster.start({ driverStart: 1500, driverStop: 400, podStop: 300 });
    this.cluster.api.onChange((change) => {
      this.#judge(change);
    });
    this.names = names;
    for (const name of names) {
      this.cluster.create(nodes, aRawNode({ name }));
      this.cluster.create(REPLICA_SETS, aRawReplicaSet(`work-on-${name}`, name));
    }
    const upgradePolicy = { autoUpgrade: true, maxParallelUpgrades, drain: { enable: true } };
    this.cluster.create(policies, aRawPolicy({ version: OLD, driver: { upgradePolicy } }));
  }

  start(name: string): TestReplica {
    const process = new TestProcess(this.clock, this.cluster.wire);
    const log = new RecordedLog();
    const told = new AbortController();
    let isReady = (): boolean => false;
    const options = {
      cluster: process.cluster,
      clock: process.clock,
      log,
      metrics: createMetrics(),
      namespace: NAMESPACE,
      initImage: 'ofed-operator:1',
      identity: name,
      random: () => 0,
      onHealth: (ready: () => boolean) => {
        isReady = ready;
      },
    };
    const ended = runReplica(options, told.signal);
    return {
      name,
      process,
      log,
      ended,
      stop: () => {
        told.abort();
      },
      isReady: () => isReady(),
    };
  }

  /** Somebody changes what the policy says in `spec.ofedDriver`. */
  set(ofedDriver: object): void {
    this.cluster.change(policies, { name: POLICY_NAME }, { spec: { ofedDriver } });
  }

  /** Lets time pass until something is so; fails after five minutes. */
  async until(isSo: () => boolean): Promise<void> {
    const end = this.clock.monotonic() + 300_000;
    while (!isSo()) {
      if (this.clock.monotonic() > end) throw new Error(`it never came to be: ${isSo.toString()}`);
      await this.clock.advance(10);
    }
  }

  /** Somebody puts a label on a node, or takes it off. */
  label(node: string, key: string, value: string | null): void {
    this.cluster.change(nodes, { name: node }, { metadata: { labels: { [key]: value } } });
  }

  node(name: string): RawObject {
    return this.cluster.api.get(nodes, { name });
  }

  stateOf(name: string): string {
    return parseState(lookUp(this.node(name).metadata.labels, STATE_LABEL));
  }

  isCordoned(name: string): boolean {
    return isCordoned(this.node(name));
  }

  /** How many nodes are in a state. */
  count(state: string): number {
    return this.#nodes().filter((node) => parseState(lookUp(node.metadata.labels, STATE_LABEL)) === state)
      .length;
  }

  get inProgress(): number {
    return this.#nodes().filter(isNodeInProgress).length;
  }

  get isDone(): boolean {
    return this.count('upgrade-done') === this.#nodes().length;
  }

  driverOn(name: string): RawObject | undefined {
    return this.#podsOn(name).find(isDriver);
  }

  #nodes(): readonly RawObject[] {
    return this.cluster.api.list(nodes);
  }

  #podsOn(name: string): readonly RawObject[] {
    return this.cluster.api.list(driverPods, { fieldSelector: `spec.nodeName=${name}` });
  }

  #judge({ resource: { plural }, before, after }: StoreChange): void {
    const at = `at ${this.clock.monotonic()} ms`;
    if (plural === 'nodes' && after !== undefined && isNodeInProgress(after) && !isNodeInProgress(before)) {
      if (this.inProgress > this.#limit)
        this.wrongs.push(`${at}: ${this.inProgress} nodes in progress with ${after.metadata.name}`);
    }
    if (
      plural === 'pods' &&
      after !== undefined &&
      isDriver(after) &&
      isLeaving(after) &&
      !isLeaving(before)
    ) {
      const node = (after['spec'] as { nodeName: string }).nodeName;
      const work = this.#podsOn(node).filter((pod) => !isDriver(pod));
      if (!isCordoned(this.node(node)) || work.length > 0)
        this.wrongs.push(`${at}: the driver on ${node} is taken from under the work`);
    }
  }
}

function isNodeInProgress(node: RawObject | undefined): boolean {
  return isInProgress(parseState(lookUp(node?.metadata.labels, STATE_LABEL)));
}

function isCordoned(node: RawObject): boolean {
  return nodes.trim(node).unschedulable;
}

function isDriver({ metadata }: RawObject): boolean {
  return lookUp(metadata.labels, DRIVER_LABEL) !== undefined;
}

function isLeaving(pod: RawObject | undefined): boolean {
  return pod?.metadata.deletionTimestamp !== undefined;
}

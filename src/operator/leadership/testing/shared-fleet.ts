import { VirtualClock } from '../../../cluster/memory/virtual-clock.ts';
import { DRIVER_LABEL, POLICY_NAME, STATE_LABEL } from '../../../contract/keys.ts';
import { isInProgress, parseState } from '../../../contract/states.ts';
import { lookUp } from '../../../kubernetes/objects.ts';
import { driverPods } from '../../resources/driver-pods.ts';
import { nodes } from '../../resources/nodes.ts';
import { policies } from '../../resources/objects.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { aRawNode, aRawPod, aRawPolicy, NAMESPACE } from '../../testing/builders.ts';
import { Machines } from '../../testing/machines.ts';
import { MemoryCluster } from '../../testing/memory-cluster.ts';
import type { RawObject, StoreChange } from '../../testing/object-store.ts';
import { RecordedLog } from '../../testing/recorders.ts';
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

interface Setting {
  readonly nodes: readonly string[];
  readonly maxParallelUpgrades?: number;
}

/**
 * A fleet that several operators look after, work that comes to every node that is schedulable, and an eye on what must never happen:
 * more nodes in progress than may be, or a driver that is taken from under the work.
 */
export class SharedFleet {
  readonly clock = new VirtualClock();
  readonly cluster = new MemoryCluster();
  /** What happened that must not, for people. */
  readonly wrongs: string[] = [];
  readonly names: readonly string[];
  readonly #limit: number;

  constructor({ nodes: names, maxParallelUpgrades = 1 }: Setting) {
    const { store } = this.cluster;
    this.#limit = maxParallelUpgrades === 0 ? Infinity : maxParallelUpgrades;
    new Machines(store, this.clock, { driverStart: 1500, driverStop: 400, podStop: 300 });
    store.listen((change) => {
      this.#judge(change);
      this.#bringWork(change);
    });
    this.names = names;
    for (const name of names) store.put(nodes, aRawNode({ name }));
    const upgradePolicy = { autoUpgrade: true, maxParallelUpgrades, drain: { enable: true } };
    store.put(policies, aRawPolicy({ version: OLD, driver: { upgradePolicy } }));
  }

  start(name: string): TestReplica {
    const process = new TestProcess(this.clock, this.cluster);
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

  /** Somebody changes a field below the policy's `spec.ofedDriver`. */
  set(path: string, value: unknown): void {
    this.cluster.edit(policies, { name: POLICY_NAME }, [
      { op: 'replace', path: `/spec/ofedDriver/${path}`, value },
    ]);
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
    const path = `/metadata/labels/${key.replaceAll('/', '~1')}`;
    this.cluster.edit(nodes, { name: node }, [
      value === null ? { op: 'remove', path } : { op: 'add', path, value },
    ]);
  }

  node(name: string): RawObject {
    const node = this.cluster.store.get(nodes, { name });
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
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
    return this.cluster.store.all(nodes);
  }

  #podsOn(name: string): readonly RawObject[] {
    return this.cluster.store.all(driverPods, { fieldSelector: `spec.nodeName=${name}` });
  }

  #judge({ plural, before, after }: StoreChange): void {
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

  /** A scheduler: as soon as a node is schedulable and empty, there is work on it. */
  #bringWork({ plural, before, after }: StoreChange): void {
    const name = plural === 'nodes' ? after?.metadata.name : nodeOf(before);
    if (name === undefined) return;
    this.clock.after(50, () => {
      const node = this.cluster.store.get(nodes, { name });
      if (node === undefined || isCordoned(node)) return;
      const work = `work-on-${name}`;
      if (this.cluster.store.get(driverPods, { name: work, namespace: 'default' }) === undefined)
        this.cluster.store.put(
          driverPods,
          aRawPod({ name: work, uid: `${work}-${this.clock.monotonic()}`, node: name }),
        );
    });
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

function nodeOf(pod: RawObject | undefined): string | undefined {
  return (pod?.['spec'] as { nodeName?: string } | undefined)?.nodeName;
}

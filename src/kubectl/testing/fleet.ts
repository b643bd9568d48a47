import { startMachines, type Machines, type PodBehaviour } from '../../cluster/memory/machines/index.ts';
import type { RawObject } from '../../cluster/memory/api/types.ts';
import { ApiError } from '../../cluster/errors.ts';
import { createMemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import { DRIVER_LABEL, POLICY_NAME, SKIP_LABEL } from '../../contract/keys.ts';
import { lookUp, type StringMap } from '../../kubernetes/objects.ts';
import { runReplica } from '../../operator/leadership/replica.ts';
import { nodes } from '../../operator/resources/nodes.ts';
import { policies } from '../../operator/resources/objects.ts';
import { createMetrics } from '../../operator/telemetry/metrics.ts';
import { aRawNode, aRawPolicy, aRawReplicaSet, NAMESPACE } from '../../operator/testing/builders.ts';
import { RecordedLog } from '../../operator/testing/recorders.ts';
import { RecordingCluster } from '../../operator/testing/recording-cluster.ts';
import { TestCluster, type PodTimes } from '../../operator/testing/test-cluster.ts';
import type { ImageAnswer } from '../gather/registry.ts';
import { execute } from '../program.ts';
import type { Surroundings } from '../session.ts';
import type { Look } from '../terminal/terminal.ts';

export const OLD = '23.10-0.5.5.0.1';
export const NEW = '24.01-0.3.3.1-0';
const MINUTE = 60_000;
const QUICK: PodTimes = { driverStart: 3000, driverStop: 1000, podStop: 500 };
const BUDGETS = { group: 'policy', plural: 'poddisruptionbudgets' };
const REPLICA_SETS = { group: 'apps', plural: 'replicasets' };
const JOBS = { group: 'batch', plural: 'jobs' };

/** What a command did. */
export interface Told {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

interface TerminalOptions {
  readonly look?: Partial<Look>;
  /** What a person answers; absent: there is none. */
  readonly answer?: string;
}

/** A fleet of nodes in the embedded cluster, a real operator at work on it, and a person with the plugin. */
export class TestFleet {
  readonly cluster: TestCluster;
  readonly machines: Machines;
  /** The operator's figures. */
  readonly metrics = createMetrics();
  /** Nodes whose driver image of the new version cannot be pulled. */
  readonly withoutImage = new Set<string>();
  /** Pods and their ports to which the plugin has forwarded one of this machine. */
  readonly forwarded: string[] = [];
  /** Addresses that the plugin has opened in a browser. */
  readonly opened: string[] = [];
  /** What the registry answers when it is asked for an image. */
  registry: (image: string) => ImageAnswer = () => ({ state: 'present' });
  /** The plugin's way to the cluster. */
  readonly #way: RecordingCluster;
  readonly #times: PodTimes;
  #frozen = false;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor({ random, times = QUICK }: { readonly random?: () => number; readonly times?: PodTimes } = {}) {
    this.cluster = new TestCluster(random);
    this.#way = new RecordingCluster(
      createMemoryCluster({ api: this.cluster.api, fieldManager: 'kubectl-ofed' }),
    );
    this.#times = times;
    this.machines = startMachines({
      api: this.cluster.api,
      random: () => 0.5,
      delays: { controller: 10, scheduling: 0, binding: 0, kubelet: 0 },
      behaviourOf: (pod) => this.#behaviour(pod),
    });
  }

  get clock() {
    return this.cluster.clock;
  }

  /** How many watches the plugin has going on. */
  get openWatches(): number {
    return this.#way.watches.length;
  }

  /** Whatever the plugin asks for is refused from here on. */
  refuse(error: ApiError): void {
    this.#way.before = () => Promise.reject(error);
  }

  /** Whatever eviction the plugin asks for is refused from here on; or, where one is named, those in a namespace. */
  refuseEvictions(error: ApiError, inNamespace?: string): void {
    this.#way.before = ({ verb, namespace }) =>
      verb === 'evict' && (inNamespace === undefined || namespace === inNamespace)
        ? Promise.reject(error)
        : undefined;
  }

  addNode(name: string, labels: StringMap = {}): void {
    this.cluster.create(nodes, aRawNode({ name, labels }));
  }

  /** A policy that wants a version, and an operator; then everything comes to rest. */
  async begin(upgradePolicy: object = {}): Promise<void> {
    this.install(upgradePolicy);
    await this.clock.advance(MINUTE);
  }

  /** The same at its very beginning. */
  install(upgradePolicy: object = {}): void {
    const policy = { autoUpgrade: true, drain: { enable: true }, ...upgradePolicy };
    this.cluster.create(policies, aRawPolicy({ version: OLD, driver: { upgradePolicy: policy } }));
    this.#startOperator();
  }

  #startOperator(): void {
    const { wire } = this.cluster;
    wire.before = () => (this.#frozen ? Promise.reject(new ApiError('connection', 'frozen')) : undefined);
    const options = {
      cluster: wire,
      clock: this.clock,
      log: new RecordedLog(),
      metrics: this.metrics,
      namespace: NAMESPACE,
      initImage: 'ofed-operator:1',
      identity: 'ofed-operator-7d9f5c',
      random: () => 0,
    };
    this.#running = runReplica(options, this.#stop.signal);
  }

  /** Nothing that the operator asks of the cluster arrives any more. */
  freezeOperator(): void {
    this.#frozen = true;
  }

  /** Somebody changes the policy. */
  change(ofedDriver: object): void {
    this.cluster.change(policies, { name: POLICY_NAME }, { spec: { ofedDriver } });
  }

  /** A pod on a node that a budget does not let go. */
  protect(node: string, name: string): void {
    this.cluster.create(REPLICA_SETS, aRawReplicaSet(name, node));
    this.cluster.create(BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace: 'default' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: name } } },
    } as RawObject);
  }

  /** A job on a node that goes on for ever. */
  train(node: string, name: string): void {
    this.cluster.create(JOBS, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: 'default' },
      spec: {
        template: {
          metadata: { labels: { app: 'training' } },
          spec: {
            restartPolicy: 'Never',
            nodeSelector: { 'kubernetes.io/hostname': node },
            containers: [{ name: 'main', image: 'example.com/training:1' }],
          },
        },
      },
    } as RawObject);
  }

  /** Runs the plugin. */
  async kubectlOfed(
    line: string | readonly string[],
    { look = {}, answer }: TerminalOptions = {},
  ): Promise<Told> {
    let out = '';
    let err = '';
    const surroundings: Surroundings = {
      connect: () =>
        Promise.resolve({
          cluster: this.#way,
          askForImage: (image) => Promise.resolve(this.registry(image)),
          forward: ({ name, port }, localPort = 40_000) => {
            this.forwarded.push(`${name}:${port}`);
            return Promise.resolve({ localPort, ended: Promise.resolve() });
          },
          openInBrowser: (url) => {
            this.opened.push(url);
          },
          readLog: ({ name }) => Promise.resolve(`log of ${name}\n`),
          close: () => Promise.resolve(),
        }),
      terminal: {
        out: (text) => (out += text),
        err: (text) => (err += text),
        look: { colour: false, unicode: false, size: undefined, ...look },
        ask: answer === undefined ? undefined : () => Promise.resolve(answer),
      },
      clock: this.clock,
      random: () => 0,
      signal: new AbortController().signal,
    };
    const words = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line;
    const status = await execute(words, surroundings);
    return { status, out, err };
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.clock.advance(10_000);
    await this.#running;
    this.machines.stop();
  }

  #behaviour(pod: RawObject): PodBehaviour {
    if (lookUp(pod.metadata.labels, DRIVER_LABEL) === undefined) return { stopTime: this.#times.podStop };
    const { nodeName = '', containers = [] } = pod['spec'] as {
      nodeName?: string;
      containers?: { image: string }[];
    };
    const isMissing = this.withoutImage.has(nodeName) && containers.some(({ image }) => image.includes(NEW));
    const { driverStart: startTime, driverStop: stopTime } = this.#times;
    return { startTime, stopTime, ...(isMissing ? { failure: 'image-missing' as const } : {}) };
  }
}

/**
 * Ten nodes in the middle of a rollout: one is done, a budget, a job and a missing image hold up three, one is skipped, one has gone away,
 * and the others wait for their turn.
 */
export async function aFleetInTrouble(): Promise<TestFleet> {
  const fleet = new TestFleet();
  for (let number = 1; number <= 10; number += 1) {
    fleet.addNode(`gpu-${String(number).padStart(2, '0')}`, number === 9 ? { [SKIP_LABEL]: 'true' } : {});
  }
  await fleet.begin({
    maxParallelUpgrades: 2,
    waitForCompletion: { podSelector: 'app=training', timeoutSeconds: 3600 },
    drain: { enable: true, timeoutSeconds: 600 },
  });
  fleet.withoutImage.add('gpu-02');
  fleet.protect('gpu-03', 'database');
  fleet.train('gpu-04', 'training');
  fleet.machines.setNodeReady('gpu-10', false);
  await fleet.clock.advance(MINUTE);
  fleet.change({ version: NEW });
  await fleet.clock.advance(3 * MINUTE);
  return fleet;
}

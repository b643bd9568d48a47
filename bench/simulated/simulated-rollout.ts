import type { VirtualClock } from '../../src/cluster/memory/virtual-clock.ts';
import { POLICY_NAME, STATE_LABEL } from '../../src/contract/keys.ts';
import { runOperator } from '../../src/operator/run.ts';
import { policies } from '../../src/operator/resources/objects.ts';
import type { Logger } from '../../src/operator/telemetry/log.ts';
import { createMetrics } from '../../src/operator/telemetry/metrics.ts';
import { aRawPolicy, NAMESPACE } from '../../src/operator/testing/builders.ts';
import { FleetCluster } from './fleet-cluster.ts';

export interface SimulatedOptions {
  readonly nodes: number;
  readonly parallel: number;
  readonly loadMs: number;
}

export interface SimulatedCost extends SimulatedOptions {
  /** How long the rollout took by the cluster's clock. */
  readonly virtualSeconds: number;
  /** How long it took by ours, of which all is the operator's work and the little that the cluster does. */
  readonly realSeconds: number;
  readonly cpuSeconds: number;
  readonly decisions: number;
  /** Calls by kind: `patch nodes`. */
  readonly calls: Readonly<Record<string, number>>;
  /** Objects in answers and watches. */
  readonly objects: number;
  /** Watches that were not there before the rollout. */
  readonly watchesLeft: number;
}

const OLD = '23.10-0.5.5.0.1';
const NEW = '24.01-0.3.3.1-0';
const HOUR = 3_600_000;

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };

/**
 * Has the whole operator, but for its connection, upgrade a fleet in virtual time.
 *
 * @throws Error if it does not come to an end within a day of the cluster's time
 */
export async function simulateRollout(options: SimulatedOptions): Promise<SimulatedCost> {
  const names = Array.from({ length: options.nodes }, (_, index) => `node-${index}`);
  const cluster = new FleetCluster(names, options.loadMs);
  const { clock } = cluster.rest;
  const upgradePolicy = {
    autoUpgrade: true,
    maxParallelUpgrades: options.parallel,
    drain: { enable: true },
  };
  cluster.rest.create(policies, aRawPolicy({ version: OLD, driver: { upgradePolicy } }));
  const metrics = createMetrics();
  let decisions = 0;
  const ending = new AbortController();
  const running = runOperator(
    {
      cluster,
      clock,
      log: silent,
      metrics: {
        ...metrics,
        countDecision: () => {
          decisions += 1;
        },
      },
      namespace: NAMESPACE,
      initImage: 'ofed-operator:1',
      identity: 'operator',
      random: () => 0.5,
      uniqueSuffix: () => '',
    },
    ending.signal,
  );
  const count = (state: string): number =>
    [...cluster.nodes].filter(({ labels }) => labels[STATE_LABEL] === state).length;
  await until(clock, () => count('upgrade-done') === options.nodes);

  cluster.calls.clear();
  cluster.objects = 0;
  decisions = 0;
  const watches = cluster.openWatches;
  const [virtual, real, cpu] = [clock.now(), performance.now(), process.cpuUsage()];
  cluster.rest.change(policies, { name: POLICY_NAME }, { spec: { ofedDriver: { version: NEW } } });
  await until(clock, () => count('upgrade-done') < options.nodes);
  await until(clock, () => count('upgrade-done') === options.nodes);
  const { user, system } = process.cpuUsage(cpu);
  const cost = {
    ...options,
    virtualSeconds: (clock.now() - virtual) / 1000,
    realSeconds: (performance.now() - real) / 1000,
    cpuSeconds: (user + system) / 1e6,
    decisions,
    calls: Object.fromEntries(cluster.calls),
    objects: cluster.objects,
    watchesLeft: cluster.openWatches - watches,
  };
  ending.abort();
  await clock.advance(5000);
  await running;
  return cost;
}

/** Looks once a second of the cluster's time. */
async function until(clock: VirtualClock, holds: () => boolean): Promise<void> {
  const deadline = clock.monotonic() + 24 * HOUR;
  while (!holds()) {
    if (clock.monotonic() > deadline) throw new Error('the simulated rollout does not come to an end');
    await clock.advance(1000);
  }
}

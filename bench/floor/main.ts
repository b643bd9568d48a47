/**
 * The floor: what a rollout costs that makes the writes that the contract asks for, one after the other, and does nothing else. It
 * decides nothing, survives nothing, and is right only about the fleet of the benchmark. What an operator needs beyond it is the price
 * of being one.
 *
 * It says `ready`, waits until somebody changes the driver's DaemonSet, and upgrades all of its nodes, so many at once.
 */
import { systemClock } from '../../src/cluster/clock.ts';
import { createHttpCluster } from '../../src/cluster/http/http-cluster.ts';
import { loadConnection } from '../../src/cluster/http/load-connection.ts';
import { Informer } from '../../src/cluster/informer.ts';
import type { Cluster } from '../../src/cluster/port.ts';
import { DRIVER_LABEL } from '../../src/contract/keys.ts';
import { daemonSets, type StoredDaemonSet } from '../../src/operator/resources/daemonsets.ts';
import { DriverPods } from './driver-pods.ts';
import { NodeUpgrade } from './node-upgrade.ts';

const [parallel = 0] = process.argv.slice(2).map(Number);
const cluster = createHttpCluster({
  connection: await loadConnection({ env: process.env }),
  fieldManager: 'floor',
  userAgent: 'floor',
  clock: systemClock,
});
const ending = new AbortController();
process.once('SIGTERM', () => {
  ending.abort();
  void cluster.close().then(() => process.exit(0));
});

const pods = new DriverPods(cluster, ending.signal);
await pods.synced;
await changedDaemonSet(cluster);
await upgradeAll([...pods.nodes].sort(), parallel === 0 ? pods.nodes.length : parallel);
process.stdout.write('done\n');

/** Resolves when the DaemonSet controller has taken up a change that was made after `ready`. */
function changedDaemonSet(of: Cluster): Promise<void> {
  return new Promise((resolve) => {
    const informer = new Informer<StoredDaemonSet>({
      cluster: of,
      type: daemonSets,
      query: { labelSelector: DRIVER_LABEL },
      clock: systemClock,
      random: Math.random,
      onChange: ({ before, after }) => {
        if (after === undefined || before === undefined) return;
        const isTakenUp = after.observedGeneration === after.generation;
        if (isTakenUp && before.observedGeneration < after.generation) resolve();
      },
    });
    void informer.run(ending.signal);
    void informer.synced.then(() => process.stdout.write('ready\n'));
  });
}

async function upgradeAll(nodes: readonly string[], atOnce: number): Promise<void> {
  const waiting = nodes.values();
  const worker = async (): Promise<void> => {
    for (const node of waiting) await new NodeUpgrade(cluster, pods, node).run();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

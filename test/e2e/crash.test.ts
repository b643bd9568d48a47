import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import {
  createDisruptionBudget,
  createNodes,
  TERMINATES_AFTER_ANNOTATION,
} from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import { DRAINING, NEW, NEWER, OLD, spreadWorkload, WORK } from './fleet.ts';
import { randomFrom } from './random.ts';
import { describeOnControlPlane } from './suite.ts';

const NODES = 40;
const PARALLEL = 8;
const KILLS = 20;

/** The same seed, the same moments; as far as the operator is at each of them, the machine decides. */
const SEED = Number(process.env['OFED_TEST_SEED'] ?? Date.now() % 1_000_000);

/** Nodes with a workload each, of which few may be away at a time: at any moment some nodes drain, some reload, some wait. */
describeOnControlPlane('An operator that ends in the middle of a rollout', {}, (cluster) => {
  let versions = 0;

  beforeAll(async () => {
    const { api } = cluster;
    await createNodes(api, { count: NODES });
    await cluster.applyPolicy({
      version: OLD,
      upgradePolicy: { ...DRAINING, maxParallelUpgrades: PARALLEL },
    });
    await cluster.rollout({ timeoutMs: 120_000 });
    const matchLabels = { app: 'work' };
    await createDisruptionBudget(api, { namespace: WORK, name: 'slow', matchLabels, maxUnavailable: 4 });
    await spreadWorkload(api, { replicas: NODES, annotations: { [TERMINATES_AFTER_ANNOTATION]: '1s' } });
  });

  async function startRollout(): Promise<void> {
    versions += 1;
    await cluster.setVersion(versions % 2 === 1 ? NEW : NEWER);
    await inTheMiddle();
  }

  /**
   * An eviction whose caller dies before its answer may stay in the budget's books, the pod alive and well. Kubernetes strikes it off
   * after two minutes, in which whoever comes next is refused; here that is done at once, lest nothing happens between two kills.
   */
  async function strikeOffEvictions(): Promise<void> {
    const path = `/apis/policy/v1/namespaces/${WORK}/poddisruptionbudgets/slow/status`;
    await cluster.api.patch(path, 'merge', { status: { disruptedPods: null } });
  }

  async function inTheMiddle(): Promise<void> {
    await eventually(async () => ((await cluster.status()).upgrade?.inProgress ?? 0) > 0, {
      what: 'the rollout to begin',
      timeoutMs: 60_000,
    });
  }

  it(`ends right all the same when it is killed ${KILLS} times at random moments`, async () => {
    console.log(`seed ${SEED}: set OFED_TEST_SEED to it to have the same moments`);
    const random = randomFrom(SEED);
    let rollouts = 1;
    const report = await cluster.observed(async (observer) => {
      await startRollout();
      for (let kill = 0; kill < KILLS; kill += 1) {
        // It is the first moments after a start in which most is still unknown.
        await sleep(random() * (random() < 0.5 ? 300 : 2000));
        if (observer.live().states['upgrade-done'] === NODES) {
          await startRollout();
          rollouts += 1;
        }
        await cluster.operator.restart('kill');
        await strikeOffEvictions();
      }
      await cluster.rollout({ timeoutMs: 180_000 });
    });
    console.log(
      `${KILLS} kills in ${rollouts} rollout(s) of ${NODES} nodes, ${report.statistics.durationSeconds.toFixed(0)} s; ` +
        `at most ${report.statistics.mostInProgress} nodes in progress`,
    );
    expect(report.statistics.mostInProgress).toBe(PARALLEL);
  }, 400_000);

  it('ends by itself within five seconds, with exit code 0, when it is told to', async () => {
    await cluster.observed(async () => {
      await startRollout();
      // `stop` fails if it takes longer.
      expect(await cluster.operator.stop()).toEqual({ code: 0, signal: null });
      await cluster.operator.restart();
      await cluster.rollout({ timeoutMs: 180_000 });
    });
  }, 300_000);

  it('goes on when the API server was away', async () => {
    const { pid } = cluster.operator;
    await cluster.observed(async () => {
      await startRollout();
      await cluster.controlPlane.restartApiServer();
      await inTheMiddle();
      await cluster.controlPlane.restartApiServer({ downMs: 3000 });
      await cluster.rollout({ timeoutMs: 240_000 });
    });
    expect(cluster.operator.isRunning).toBe(true);
    expect(cluster.operator.pid).toBe(pid);
  }, 400_000);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodes } from '../control-plane/fixtures.ts';
import { DriverGate } from './driver-gate.ts';
import { DRAINING, NEW, NEWER, OLD } from './fleet.ts';
import { plan } from './plugin.ts';
import { describeOnControlPlane } from './suite.ts';

/** PLAN_NODES chooses another number. */
const NODES = Number(process.env['PLAN_NODES'] ?? 50);
const PARALLEL = Math.max(10, NODES / 20);
const ROLLOUT = { timeoutMs: 120_000 + NODES * 500 };
/** That of the drivers cannot be asked. */
const NO_REGISTRY = ['--no-image-check'];

describeOnControlPlane(
  'A plan, made before the version is changed',
  { controlPlane: { driverLoadMs: 5000, runInitContainers: 'outside' } },
  (cluster) => {
    let gate: DriverGate;
    const upgradePolicy = { ...DRAINING, maxParallelUpgrades: PARALLEL };

    beforeAll(async () => {
      gate = new DriverGate(cluster.api);
      await createNodes(cluster.api, { count: NODES });
      await cluster.applyPolicy({ version: OLD, upgradePolicy });
      await cluster.rollout(ROLLOUT);
      // What a rollout takes is known from the one before.
      await cluster.setVersion(NEW);
      await cluster.rollout(ROLLOUT);
    }, 3 * ROLLOUT.timeoutMs);

    afterAll(() => gate.stop());

    it('says that nothing would be done where nothing is to be changed', async () => {
      expect(await plan(cluster, NO_REGISTRY)).toMatchObject({
        status: 0,
        totals: { nodes: NODES, toUpgrade: 0 },
      });
    });

    it('tells how long a rollout takes, within a fifth', { timeout: 2 * ROLLOUT.timeoutMs }, async () => {
      const { status, totals, endsAfterSeconds = 0 } = await plan(cluster, [...NO_REGISTRY, '--to', NEWER]);
      expect({ status, upgraded: totals.upgraded }).toEqual({ status: 0, upgraded: NODES });
      await cluster.setVersion(NEWER);
      await cluster.rollout(ROLLOUT);
      const { startedAt = '', finishedAt = '' } = (await cluster.status()).upgrade ?? {};
      const took = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
      console.log(`${NODES} nodes, ${PARALLEL} at a time: planned ${endsAfterSeconds} s, took ${took} s`);
      expect(endsAfterSeconds / took).toBeGreaterThan(0.8);
      expect(endsAfterSeconds / took).toBeLessThan(1.2);
    });
  },
);

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodes } from '../control-plane/fixtures.ts';
import { DriverGate } from './driver-gate.ts';
import { DRAINING, NEW, NEWER, OLD } from './fleet.ts';
import { plan } from './plugin.ts';
import { describeOnControlPlane } from './suite.ts';

const NODES = 50;
/** That of the drivers cannot be asked. */
const NO_REGISTRY = ['--no-image-check'];

describeOnControlPlane(
  'A plan, made before the version is changed',
  { controlPlane: { driverLoadMs: 5000, runInitContainers: 'outside' } },
  (cluster) => {
    let gate: DriverGate;
    const upgradePolicy = { ...DRAINING, maxParallelUpgrades: 10 };

    beforeAll(async () => {
      gate = new DriverGate(cluster.api);
      await createNodes(cluster.api, { count: NODES });
      await cluster.applyPolicy({ version: OLD, upgradePolicy });
      await cluster.rollout({ timeoutMs: 120_000 });
      // What a rollout takes is known from the one before.
      await cluster.setVersion(NEW);
      await cluster.rollout({ timeoutMs: 120_000 });
    }, 400_000);

    afterAll(() => gate.stop());

    it('says that nothing would be done where nothing is to be changed', async () => {
      expect(await plan(cluster, NO_REGISTRY)).toMatchObject({
        status: 0,
        totals: { nodes: NODES, toUpgrade: 0 },
      });
    });

    it('tells how long a rollout takes, within a fifth', async () => {
      const { status, totals, endsAfterSeconds = 0 } = await plan(cluster, [...NO_REGISTRY, '--to', NEWER]);
      expect({ status, upgraded: totals.upgraded }).toEqual({ status: 0, upgraded: NODES });
      await cluster.setVersion(NEWER);
      await cluster.rollout({ timeoutMs: 120_000 });
      const { startedAt = '', finishedAt = '' } = (await cluster.status()).upgrade ?? {};
      const took = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
      expect(endsAfterSeconds / took).toBeGreaterThan(0.8);
      expect(endsAfterSeconds / took).toBeLessThan(1.2);
    });
  },
);

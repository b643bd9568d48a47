import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { POLICY_NAME, SKIP_LABEL } from '../../src/contract/keys.ts';
import { listPods } from '../control-plane/fixtures.ts';
import { DriverGate } from './driver-gate.ts';
import {
  EVENTUALLY,
  hold,
  letGo,
  look,
  lookAtAll,
  NEW,
  NEWER,
  nodesStarted,
  OLD,
  runsVersion,
  statesPassed,
  tiedWorkload,
  upgradedFleet,
  WORK,
} from './fleet.ts';
import { driverUids, nodeStates } from './sights.ts';
import { describeOnControlPlane } from './suite.ts';

const NODES = ['node-0', 'node-1', 'node-2', 'node-3'] as const;

/**
 * Something is changed in the policy with one node in the drain (node-0), one in the middle of its driver's restart (node-1), and two
 * that wait for their turn.
 */
describeOnControlPlane(
  'A rollout during which the policy changes',
  { controlPlane: { runInitContainers: 'outside' } },
  (cluster) => {
    let gate: DriverGate;
    /** UIDs of the workload pods: who is evicted comes back as another. */
    let workload: readonly (string | undefined)[];

    beforeAll(() => {
      gate = new DriverGate(cluster.api);
    });
    afterAll(() => gate.stop());

    beforeEach(async () => {
      gate.release();
      await cluster.empty();
      await upgradedFleet(cluster, {
        count: NODES.length,
        upgradePolicy: { maxParallelUpgrades: 2 },
        // Any node may be the first to get a slot: these are kept back until the others have theirs.
        each: (index) => (index < 2 ? {} : { labels: { [SKIP_LABEL]: 'true' } }),
      });
      await tiedWorkload(cluster.api, NODES);
      await hold(cluster.api, 'node-0');
      gate.hold('node-1');
    });

    /** Changes the version, and waits until node-0 drains, and node-1 has got its new driver pod, which does not load yet. */
    async function toTheMiddle(): Promise<void> {
      await cluster.setVersion(NEW);
      await vi.waitFor(async () => {
        expect(await nodeStates(cluster)).toEqual({
          'node-0': 'drain-required',
          'node-1': 'pod-restart-required',
          'node-2': 'upgrade-required',
          'node-3': 'upgrade-required',
        });
        expect(await runsVersion(cluster.api, 'node-1', NEW)).toBe(true);
      }, EVENTUALLY);
      await cluster.kubectl('label', 'node', 'node-2', 'node-3', `${SKIP_LABEL}-`);
      workload = await workloadUids();
    }

    async function workloadUids(): Promise<readonly (string | undefined)[]> {
      return (await listPods(cluster.api, { namespace: WORK })).map(({ metadata }) => metadata.uid).sort();
    }

    it('hands every node back when automatic upgrades are switched off, one in its restart once its driver is Ready', async () => {
      const { api } = cluster;
      await cluster.observed(
        async () => {
          await toTheMiddle();
          await cluster.setUpgradePolicy({ autoUpgrade: false });
          await vi.waitFor(async () => {
            expect(await nodeStates(cluster)).toEqual({
              'node-0': 'none',
              'node-1': 'pod-restart-required',
              'node-2': 'none',
              'node-3': 'none',
            });
          }, EVENTUALLY);
          expect(await look(api, 'node-0')).toMatchObject({ cordoned: false });
          expect(await look(api, 'node-1')).toMatchObject({ cordoned: true });
          await vi.waitFor(async () => {
            expect((await look(api, 'node-1')).reason).toMatch(/^handing-back: /);
          }, EVENTUALLY);
          gate.release('node-1');
          await cluster.state('node-1', 'none', { timeoutMs: 60_000 });
          expect(await look(api, 'node-1')).toEqual({ state: 'none', cordoned: false, reason: undefined });
        },
        { expect: { end: 'off' } },
      );
      expect(await runsVersion(api, 'node-0', OLD)).toBe(true);
      expect(await runsVersion(api, 'node-1', NEW)).toBe(true);
    });

    it('goes on where it was when automatic upgrades are switched on again', async () => {
      await cluster.observed(async () => {
        await toTheMiddle();
        await cluster.setUpgradePolicy({ autoUpgrade: false });
        await cluster.state('node-0', 'none', { timeoutMs: 60_000 });
        await cluster.setUpgradePolicy({ autoUpgrade: true });
        await letGo(cluster.api, 'node-0');
        gate.release('node-1');
        await cluster.rollout({ timeoutMs: 120_000 });
      });
    });

    it('hands every node back when the policy is deleted', async () => {
      await cluster.observed(
        async () => {
          await toTheMiddle();
          await cluster.kubectl('delete', 'nicclusterpolicy', POLICY_NAME, '--wait=false');
          await vi.waitFor(async () => {
            for (const { state, cordoned, reason } of (await lookAtAll(cluster.api)).values())
              expect({ state, cordoned, reason }).toEqual({
                state: 'none',
                cordoned: false,
                reason: undefined,
              });
          }, EVENTUALLY);
        },
        { expect: { end: 'off' } },
      );
    });

    it('brings all nodes to a version that is asked for before the last one is everywhere', async () => {
      const { api } = cluster;
      const report = await cluster.observed(async () => {
        await toTheMiddle();
        await cluster.setVersion(NEWER);
        // The driver that has not come up yet is replaced without delay: the node is empty already.
        await vi.waitFor(async () => {
          expect(await runsVersion(api, 'node-1', NEWER)).toBe(true);
        }, EVENTUALLY);
        gate.release('node-1');
        await letGo(api, 'node-0');
        await cluster.rollout({ timeoutMs: 120_000 });
      });
      for (const node of NODES) {
        expect(await runsVersion(api, node, NEWER)).toBe(true);
        // Each was taken out of service once, whatever was asked for meanwhile.
        const starts = statesPassed(report, node).filter((state) => state === 'cordon-required');
        expect({ node, starts: starts.length }).toEqual({ node, starts: 1 });
      }
    });

    it('evicts nobody any more when the version is set back, and touches no node that has not started', async () => {
      const { api } = cluster;
      const before = await driverUids(cluster);
      const report = await cluster.observed(async () => {
        await toTheMiddle();
        await cluster.setVersion(OLD);
        await vi.waitFor(async () => {
          expect(await runsVersion(api, 'node-1', OLD)).toBe(true);
        }, EVENTUALLY);
        gate.release('node-1');
        // The budget on node-0 still stands: it is done because there is nothing to do.
        await cluster.rollout({ timeoutMs: 120_000 });
      });
      expect(await workloadUids()).toEqual(workload);
      expect(nodesStarted(report, NODES)).toEqual(['node-0', 'node-1']);
      for (const node of ['node-2', 'node-3'])
        expect(statesPassed(report, node)).toEqual(['upgrade-required', 'upgrade-done']);
      const after = await driverUids(cluster);
      for (const node of ['node-0', 'node-2', 'node-3']) expect(after[node]).toBe(before[node]);
    });
  },
);

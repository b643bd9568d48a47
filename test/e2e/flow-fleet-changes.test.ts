import { beforeEach, expect, it, vi } from 'vitest';
import { POLICY_NAME } from '../../src/contract/keys.ts';
import { createNodes } from '../control-plane/fixtures.ts';
import {
  EVENTUALLY,
  hold,
  letGo,
  lookAtAll,
  NEW,
  runsVersion,
  statesPassed,
  tiedWorkload,
  upgradedFleet,
  WHOLE_UPGRADE,
} from './fleet.ts';
import { describeOnControlPlane } from './suite.ts';

/** Nodes come and go, and the limit changes, while an upgrade is under way. */
describeOnControlPlane('A rollout during which the fleet changes', {}, (cluster) => {
  beforeEach(() => cluster.empty());

  /** The nodes in the middle of their upgrade: here they all stop in the drain. */
  async function draining(): Promise<readonly string[]> {
    const looks = await lookAtAll(cluster.api);
    return [...looks].filter(([, { state }]) => state === 'drain-required').map(([name]) => name);
  }

  /** Waits until so many nodes are. */
  async function drainingAre(count: number): Promise<readonly string[]> {
    return vi.waitFor(async () => {
      const nodes = await draining();
      expect(nodes).toHaveLength(count);
      return nodes;
    }, EVENTUALLY);
  }

  it('gives nodes that join in the middle the new driver at once, and the others theirs', async () => {
    const { api } = cluster;
    const nodes = await upgradedFleet(cluster, { count: 3 });
    await tiedWorkload(api, nodes);
    await hold(api, 'node-0');
    const report = await cluster.observed(async () => {
      await cluster.setVersion(NEW);
      await cluster.state('node-0', 'drain-required');
      await createNodes(api, { count: 2, prefix: 'late-' });
      await cluster.state('late-0', 'upgrade-done', { timeoutMs: 60_000 });
      await cluster.state('late-1', 'upgrade-done', { timeoutMs: 60_000 });
      expect(await draining()).toEqual(['node-0']);
      await letGo(api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    for (const late of ['late-0', 'late-1']) {
      expect(statesPassed(report, late)).toEqual(['upgrade-done']);
      expect(report.statistics.cordonedSeconds.has(late)).toBe(false);
    }
    for (const node of nodes) expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
  });

  it('passes the slot of a node that is deleted in its upgrade on to the next, and says so', async () => {
    const { api } = cluster;
    const nodes = await upgradedFleet(cluster, { count: 4 });
    await tiedWorkload(api, nodes);
    await hold(api, 'node-0');
    await cluster.observed(async () => {
      await cluster.setVersion(NEW);
      await cluster.state('node-0', 'drain-required');
      // One in the middle of it, and one that still waits.
      await cluster.kubectl('delete', 'node', 'node-0', 'node-3');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    await vi.waitFor(async () => {
      const events = await cluster.kubectl('describe', 'nicclusterpolicy', POLICY_NAME);
      expect(events).toMatch(/Warning +NodeDeletedDuringUpgrade .*node-0/);
      expect(events).not.toContain('node-3');
      const { upgrade } = await cluster.status();
      expect(upgrade).toMatchObject({ progress: '2/2', total: 2, done: 2, inProgress: 0, blocked: [] });
    }, EVENTUALLY);
  });

  it('upgrades a node anew that is deleted in its upgrade and registers again, still on the old driver', async () => {
    const { api } = cluster;
    const nodes = await upgradedFleet(cluster, { count: 2 });
    await tiedWorkload(api, nodes);
    await hold(api, 'node-0');
    await cluster.observed(async () => {
      await cluster.setVersion(NEW);
      await cluster.state('node-0', 'drain-required');
      await cluster.kubectl('delete', 'node', 'node-0');
      await createNodes(api, { count: 1 });
      await letGo(api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await runsVersion(api, 'node-0', NEW)).toBe(true);
  });

  it('starts more nodes at once when the limit is raised, and none when it is lowered until enough have ended', async () => {
    const { api } = cluster;
    const nodes = await upgradedFleet(cluster, { count: 6 });
    await tiedWorkload(api, nodes);
    await hold(api, ...nodes);
    const report = await cluster.observed(async () => {
      await cluster.setVersion(NEW);
      await drainingAre(1);
      await cluster.setUpgradePolicy({ maxParallelUpgrades: 4 });
      const [first = '', second = '', third = '', fourth = ''] = await drainingAre(4);

      await cluster.setUpgradePolicy({ maxParallelUpgrades: 2 });
      await letGo(api, first, second);
      await cluster.state(first, 'upgrade-done', { timeoutMs: 60_000 });
      await cluster.state(second, 'upgrade-done', { timeoutMs: 60_000 });
      // Two are still in progress, which is the limit now.
      expect(await draining()).toEqual([third, fourth]);
      await letGo(api, third);
      await cluster.state(third, 'upgrade-done', { timeoutMs: 60_000 });
      expect(await drainingAre(2)).toContain(fourth);

      await cluster.setUpgradePolicy({ maxParallelUpgrades: 0 });
      await letGo(api, ...(await drainingAre(3)));
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(report.statistics.mostInProgress).toBe(4);
  });
});

import { beforeEach, expect, it, vi } from 'vitest';
import { DEFAULT_NAMESPACE, REQUESTED_ANNOTATION, SKIP_LABEL } from '../../src/contract/keys.ts';
import { createDaemonSet, createNodes, daemonSetReady } from '../control-plane/fixtures.ts';
import {
  driverDaemonSet,
  DRAINING,
  driversReady,
  EVENTUALLY,
  lookAtAll,
  NEW,
  look,
  OLD,
  runsVersion,
  statesPassed,
  tiedWorkload,
  upgradedFleet,
  WHOLE_UPGRADE,
} from './fleet.ts';
import { annotation, driverUids } from './sights.ts';
import { describeOnControlPlane } from './suite.ts';

/** Another operator's driver, which ours does not adopt. */
const FOREIGN = { namespace: DEFAULT_NAMESPACE, name: 'mofed-of-another-operator' };

describeOnControlPlane('Nodes about which people have said something', {}, (cluster) => {
  beforeEach(() => cluster.empty());

  it('are never started as long as they are labelled to be skipped, and are upgraded when the label goes', async () => {
    const { api } = cluster;
    const nodes = await upgradedFleet(cluster, { count: 3 });
    await tiedWorkload(api, nodes);
    const before = await driverUids(cluster);
    const report = await cluster.observed(async () => {
      await cluster.kubectl('label', 'node', 'node-1', `${SKIP_LABEL}=true`);
      await cluster.setVersion(NEW);
      await cluster.rollout({ badNodes: ['node-1'], timeoutMs: 120_000 });
      await vi.waitFor(async () => {
        const { state, cordoned, reason } = await look(api, 'node-1');
        expect({ state, cordoned }).toEqual({ state: 'upgrade-required', cordoned: false });
        expect(reason).toMatch(/^skipped: /);
        const { upgrade } = await cluster.status();
        expect(upgrade?.blocked).toMatchObject([{ node: 'node-1', code: 'skipped' }]);
      }, EVENTUALLY);
      expect((await driverUids(cluster))['node-1']).toBe(before['node-1']);
      await cluster.kubectl('label', 'node', 'node-1', `${SKIP_LABEL}-`);
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(statesPassed(report, 'node-1')).toEqual(WHOLE_UPGRADE);
  });

  it('go through the upgrade when it is requested, though their driver is up to date', async () => {
    const { api } = cluster;
    await upgradedFleet(cluster, { count: 2 });
    await tiedWorkload(api, ['node-0', 'node-1']);
    const report = await cluster.observed(async (observer) => {
      await cluster.people(observer).annotate('node-0', `${REQUESTED_ANNOTATION}=true`);
      await vi.waitFor(async () => {
        expect(await annotation(cluster, 'node-0', REQUESTED_ANNOTATION)).toBeUndefined();
      }, EVENTUALLY);
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(statesPassed(report, 'node-0')).toEqual(WHOLE_UPGRADE);
    expect(statesPassed(report, 'node-1')).toEqual([]);
  });

  it('keep their drivers when the DaemonSet is deleted and its pods are left: a new one takes them on', async () => {
    const { api } = cluster;
    await upgradedFleet(cluster, { count: 3 });
    await tiedWorkload(api, ['node-0', 'node-1', 'node-2']);
    const before = await driverUids(cluster);
    const { namespace, name } = await driverDaemonSet(api);
    const report = await cluster.observed(async () => {
      await cluster.kubectl('delete', 'daemonset', '-n', namespace, name, '--cascade=orphan');
      await driversReady(api, 3);
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await driverUids(cluster)).toEqual(before);
    for (const node of ['node-0', 'node-1', 'node-2']) expect(statesPassed(report, node)).toEqual([]);
  });

  it('keep an orphaned driver until a person requests its upgrade', async () => {
    const { api } = cluster;
    const nodes = await createNodes(api, { count: 2 });
    await tiedWorkload(api, nodes);
    await createDaemonSet(api, {
      ...FOREIGN,
      driver: true,
      // As driver pods have it. One of a lower priority would be preempted by the scheduler in favour of ours.
      priorityClassName: 'system-node-critical',
      image: `mellanox/mofed:${OLD}-ubuntu22.04-amd64`,
    });
    await daemonSetReady(api, { ...FOREIGN, nodes: 2 });
    await cluster.kubectl(
      ...['delete', 'daemonset', '-n', FOREIGN.namespace, FOREIGN.name, '--cascade=orphan'],
    );
    const report = await cluster.observed(
      async (observer) => {
        await cluster.applyPolicy({ version: NEW, upgradePolicy: DRAINING });
        await vi.waitFor(async () => {
          for (const { state, cordoned, reason } of (await lookAtAll(api)).values()) {
            expect({ state, cordoned }).toEqual({ state: 'none', cordoned: false });
            expect(reason).toMatch(/^orphaned-driver: /);
          }
        }, EVENTUALLY);
        await cluster.people(observer).annotate('node-0', `${REQUESTED_ANNOTATION}=true`);
        await cluster.state('node-0', 'upgrade-done', { timeoutMs: 60_000 });
        expect(await runsVersion(api, 'node-0', NEW)).toBe(true);
      },
      { expect: { badNodes: ['node-1'] } },
    );
    expect(statesPassed(report, 'node-0')).toEqual(WHOLE_UPGRADE);
    expect(await look(api, 'node-1')).toMatchObject({ state: 'none', cordoned: false });
    expect(statesPassed(report, 'node-1')).toEqual([]);
  });
});

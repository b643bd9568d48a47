import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { DRAIN_START_ANNOTATION } from '../../src/contract/keys.ts';
import { createDisruptionBudget, createPod, getNode } from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import type { UpgradePolicyFields } from '../harness/index.ts';
import { deleteWorkloads } from './empty-cluster.ts';
import { look, statesPassed, tiedTo, tiedWorkload, WHOLE_UPGRADE, WORK, workloadOn } from './fleet.ts';
import { SameFleet } from './same-fleet.ts';
import { driverUids, secondsIn, SLOW_MACHINE } from './sights.ts';
import { describeOnControlPlane } from './suite.ts';

/** The options of the documentation's `drain`, each by the comment that stands above it. */
describeOnControlPlane('The documented options of a drain', {}, (cluster) => {
  const fleet = new SameFleet(cluster);
  let node: string;
  let other: string;

  beforeAll(async () => {
    [node = '', other = ''] = await fleet.create(2);
  });

  const given = (drain?: UpgradePolicyFields['drain']): Promise<void> =>
    fleet.given({ autoUpgrade: true, maxParallelUpgrades: 0, ...(drain === undefined ? {} : { drain }) });

  const uidsOn = async (name: string): Promise<readonly (string | undefined)[]> =>
    (await workloadOn(cluster.api, name)).map(({ metadata }) => metadata.uid);

  /** A node that fails does not keep the other from being upgraded. */
  const failsAlone = async (): Promise<void> => {
    await fleet.upgrade();
    await cluster.state(node, 'upgrade-failed');
    await cluster.state(other, 'upgrade-done');
  };

  const shown = (): Promise<string> => cluster.kubectl('get', 'ncp', 'nic-cluster-policy', '-o', 'yaml');

  it('"allow node draining during upgrade": the pods leave by eviction, and the driver is restarted after that', async () => {
    await given({ enable: true });
    await tiedWorkload(cluster.api, [node]);
    const [before, since] = [await uidsOn(node), Date.now()];
    const report = await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.rollout();
    });
    expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
    expect(await uidsOn(node)).not.toEqual(before);
    expect((await cluster.requests(since)).evictions).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['enable: false', { enable: false }],
    ['no drain section at all', undefined],
  ])(
    'with %s the driver is restarted on a cordoned node, and no pod has to leave',
    async (_, drain: UpgradePolicyFields['drain']) => {
      await given(drain);
      await tiedWorkload(cluster.api, [node]);
      const [work, drivers, since] = [await uidsOn(node), await driverUids(cluster), Date.now()];
      const report = await cluster.observed(async () => {
        await fleet.upgrade();
        await cluster.rollout();
      });
      expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
      expect(report.statistics.cordonedSeconds.get(node)).toBeGreaterThan(0);
      expect(await uidsOn(node)).toEqual(work);
      expect((await cluster.requests(since)).evictions).toBe(0);
      expect((await driverUids(cluster))[node]).not.toBe(drivers[node]);
    },
  );

  it('a drain section without enable drains: that is the default, as kubectl get shows after apply', async () => {
    await given({ force: false });
    expect(await shown()).toMatch(
      /drain:\s+deleteEmptyDir: false\s+enable: true\s+force: false\s+podSelector: ""\s+timeoutSeconds: 300/,
    );
    await tiedWorkload(cluster.api, [node]);
    const before = await uidsOn(node);
    await fleet.upgrade();
    await cluster.rollout();
    expect(await uidsOn(node)).not.toEqual(before);
  });

  it('"allow force draining": without it, a pod that no controller owns makes the upgrade of its node fail', async () => {
    await given({ enable: true, force: false });
    await createPod(cluster.api, { namespace: WORK, name: 'alone', nodeName: node });
    await cluster.observed(async () => {
      await failsAlone();
      expect((await look(cluster.api, node)).reason).toMatch(/default\/alone.*force/);
      expect((await workloadOn(cluster.api, node)).map(({ metadata }) => metadata.name)).toEqual(['alone']);
      await cluster.setUpgradePolicy({ drain: { force: true } });
      // The failure stands until somebody acts on it, or another driver is wanted.
      await fleet.upgrade();
      await cluster.rollout();
    });
  });

  it('"allow force draining": with it, such a pod is evicted, not deleted', async () => {
    await given({ enable: true, force: true });
    await createPod(cluster.api, { namespace: WORK, name: 'alone', nodeName: node });
    const report = await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.rollout();
    });
    expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
    expect(await workloadOn(cluster.api, node)).toEqual([]);
  });

  it('"a label selector to filter pods on the node that need to be drained": the others stay', async () => {
    await given({ enable: true, podSelector: 'network=secondary', force: true });
    await createPod(cluster.api, { namespace: WORK, name: 'stays', nodeName: node });
    const labels = { network: 'secondary' };
    await createPod(cluster.api, { namespace: WORK, name: 'leaves', nodeName: node, labels });
    const report = await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.rollout();
    });
    expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
    expect((await workloadOn(cluster.api, node)).map(({ metadata }) => metadata.name)).toEqual(['stays']);
  });

  it('"specify if should continue even if there are pods using emptyDir": false fails the node, true goes on', async () => {
    await given({ enable: true, deleteEmptyDir: false });
    await tiedWorkload(cluster.api, [node], { emptyDir: true });
    const before = await uidsOn(node);
    await failsAlone();
    expect((await look(cluster.api, node)).reason).toMatch(/emptyDir.*deleteEmptyDir/);
    expect(await uidsOn(node)).toEqual(before);

    await cluster.setUpgradePolicy({ drain: { deleteEmptyDir: true } });
    await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.rollout();
    });
    expect(await uidsOn(node)).not.toEqual(before);
  });

  /** A workload that no eviction may disturb, on one node. */
  const protectedWorkload = async (): Promise<void> => {
    await tiedWorkload(cluster.api, [node]);
    const matchLabels = { app: tiedTo(node) };
    await createDisruptionBudget(cluster.api, {
      namespace: WORK,
      name: 'keep',
      matchLabels,
      minAvailable: 1,
    });
    // Until the controller has counted the pods, the API server refuses for another reason.
    await eventually(async () => {
      const path = `/apis/policy/v1/namespaces/${WORK}/poddisruptionbudgets/keep`;
      const { status } = await cluster.api.get<{ status?: { currentHealthy?: number } }>(path);
      return status?.currentHealthy === 1;
    });
  };

  it('"the length of time in seconds to wait before giving up drain": then the node fails, within two seconds', async () => {
    const timeoutSeconds = 3;
    await given({ enable: true, timeoutSeconds });
    await protectedWorkload();
    const before = await uidsOn(node);
    const report = await cluster.observed(failsAlone, { expect: { badNodes: [node] } });
    const { reason, cordoned } = await look(cluster.api, node);
    expect(reason).toMatch(/within 3 s.*work-on-node-0.*keep/s);
    expect(cordoned).toBe(true);
    expect(await uidsOn(node)).toEqual(before);
    const drained = secondsIn(report, node, 'drain-required');
    expect(drained).toBeGreaterThan(timeoutSeconds - 0.5);
    expect(drained).toBeLessThan(timeoutSeconds + 1 + 2 + SLOW_MACHINE);
  });

  /** Makes a node that is being drained believe that this has gone on for so long. */
  const asIfDraining = (seconds: number): Promise<void> =>
    cluster.people().annotate(node, `${DRAIN_START_ANNOTATION}=${Math.floor(Date.now() / 1000) - seconds}`);

  it('"zero means infinite": the drain goes on until it succeeds', async () => {
    await given({ enable: true, timeoutSeconds: 0 });
    await protectedWorkload();
    await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.state(node, 'drain-required');
      await asIfDraining(86_400);
      await sleep(3000);
      expect((await look(cluster.api, node)).state).toBe('drain-required');
      await cluster.kubectl('delete', 'pdb', 'keep');
      await cluster.rollout();
    });
  });

  it('"if not specified, the default is 300 seconds"', async () => {
    await given({ enable: true });
    await protectedWorkload();
    await cluster.observed(
      async () => {
        await fleet.upgrade();
        await cluster.state(node, 'drain-required');
        await asIfDraining(280);
        await sleep(2000);
        expect((await look(cluster.api, node)).state).toBe('drain-required');
        await asIfDraining(302);
        await cluster.state(node, 'upgrade-failed');
      },
      { expect: { badNodes: [node] } },
    );
    expect((await look(cluster.api, node)).reason).toContain('300 s');
    await deleteWorkloads(cluster.api);
    expect((await getNode(cluster.api, node)).spec.unschedulable).toBe(true);
  });
});

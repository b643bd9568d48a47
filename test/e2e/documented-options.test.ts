import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { WAIT_START_ANNOTATION } from '../../src/contract/keys.ts';
import { createJob, createPod, listPods } from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import { deleteWorkloads } from './empty-cluster.ts';
import { look, runsVersion, statesPassed, WHOLE_UPGRADE, WORK, workloadOn } from './fleet.ts';
import { SameFleet } from './same-fleet.ts';
import { cordoned, driverUids, nodeFingerprints, nodeStates, secondsIn, SLOW_MACHINE } from './sights.ts';
import { ofedState } from './status-history.ts';
import { describeOnControlPlane } from './suite.ts';

/** The options of the documentation's policy up to `drain`, each by the comment that stands above it. */
describeOnControlPlane('The documented options of an upgrade', {}, (cluster) => {
  const fleet = new SameFleet(cluster);
  let nodes: readonly string[];
  let node: string;

  beforeAll(async () => {
    nodes = await fleet.create(3);
    [node = ''] = nodes;
  });

  const jobs = { podSelector: 'app=myapp' };

  /** A job's pod, which does not end by itself, on each of the nodes. */
  const endlessJobs = async (on: readonly string[]): Promise<void> => {
    for (const nodeName of on)
      await createJob(cluster.api, {
        ...{ namespace: WORK, name: `endless-on-${nodeName}`, labels: { app: 'myapp' } },
        nodeSelector: { 'kubernetes.io/hostname': nodeName },
      });
    const running = async () =>
      (await listPods(cluster.api, { labelSelector: 'app=myapp' })).filter(
        ({ status }) => status.phase === 'Running',
      ).length;
    await eventually(async () => (await running()) === on.length, { what: 'the jobs to run' });
  };

  it('"autoUpgrade is a global switch; if set to false all other options are ignored": a new version changes no node', async () => {
    await fleet.given({
      autoUpgrade: false,
      maxParallelUpgrades: 0,
      safeLoad: false,
      waitForCompletion: { ...jobs, timeoutSeconds: 1 },
      drain: { enable: true, force: true, deleteEmptyDir: true, timeoutSeconds: 1 },
    });
    await createPod(cluster.api, { namespace: WORK, name: 'work', nodeName: node });
    const [drivers, before] = [await driverUids(cluster), await nodeFingerprints(cluster)];
    const since = Date.now();

    await cluster.observed(
      async () => {
        await fleet.upgrade();
        await eventually(async () => ofedState(await cluster.status()) === 'notReady', {
          what: 'the policy to say that the drivers are out of date',
        });
        // Long enough for whoever would do something to have done it.
        await sleep(2000);
      },
      { expect: { end: 'off' } },
    );
    expect(await driverUids(cluster)).toEqual(drivers);
    expect(await nodeFingerprints(cluster)).toEqual(before);
    expect((await workloadOn(cluster.api, node)).map(({ metadata }) => metadata.name)).toEqual(['work']);
    const { byVerbAndResource, evictions } = await cluster.requests(since);
    expect(evictions).toBe(0);
    expect(byVerbAndResource).not.toHaveProperty('patch nodes');
    expect(byVerbAndResource).not.toHaveProperty('delete pods');
  });

  it('"it is possible to do a driver upgrade manually": then, a driver pod deleted by hand comes back with the new version', async () => {
    for (const each of nodes) await cluster.people().deleteDriverPod(each);
    await eventually(async () => ofedState(await cluster.status()) === 'ready', {
      what: 'the drivers to be up to date',
    });
    for (const each of nodes) {
      expect(await runsVersion(cluster.api, each, fleet.version)).toBe(true);
      expect(await look(cluster.api, each)).toEqual({ state: 'none', cordoned: false, reason: undefined });
    }
  });

  it('autoUpgrade set to true upgrades what has become out of date while it was false', async () => {
    await fleet.given({ autoUpgrade: false });
    await fleet.upgrade();
    await eventually(async () => ofedState(await cluster.status()) === 'notReady');
    const report = await cluster.observed(async () => {
      await cluster.setUpgradePolicy({ autoUpgrade: true });
      await cluster.rollout();
    });
    for (const each of nodes) expect(statesPassed(report, each)).toEqual(WHOLE_UPGRADE);
  });

  it('"maxParallelUpgrades 0 means no limit, all nodes will be upgraded in parallel"', async () => {
    await fleet.given({ autoUpgrade: true, maxParallelUpgrades: 0, waitForCompletion: jobs });
    await endlessJobs(nodes);
    await cluster.observed(async () => {
      await fleet.upgrade();
      for (const each of nodes) await cluster.state(each, 'wait-for-jobs-required');
      await deleteWorkloads(cluster.api);
      await cluster.rollout();
    });
  });

  it.each([
    ['as many as it says', { maxParallelUpgrades: 2 }, 2],
    ['one at a time for 1', { maxParallelUpgrades: 1 }, 1],
    ['one at a time if it is not given', {}, 1],
  ])('"how many nodes can be upgraded in parallel": %s', async (_, limit, expected) => {
    await fleet.given({ autoUpgrade: true, ...limit, waitForCompletion: jobs });
    await endlessJobs(nodes);
    const drivers = await driverUids(cluster);
    const report = await cluster.observed(async () => {
      await fleet.upgrade();
      const inState = async (wanted: string) =>
        Object.values(await nodeStates(cluster)).filter((state) => state === wanted).length;
      await eventually(async () => (await inState('wait-for-jobs-required')) === expected, {
        what: `${expected} node(s) to wait for their jobs`,
      });
      await eventually(async () => (await inState('upgrade-required')) === nodes.length - expected, {
        what: 'the others to wait their turn',
      });
      // "No actions are performed at this stage."
      expect((await cordoned(cluster)).length).toBe(expected);
      expect(await driverUids(cluster)).toEqual(drivers);
      await deleteWorkloads(cluster.api);
      await cluster.rollout();
    });
    expect(report.statistics.mostInProgress).toBe(expected);
  });

  it('"specifies a label selector for the pods to wait for completion": it waits for those, and for no others', async () => {
    await fleet.given({ autoUpgrade: true, maxParallelUpgrades: 0, waitForCompletion: jobs, drain: {} });
    const report = await cluster.observed(async () => {
      const batch = (name: string, on: string) => ({
        ...{ namespace: WORK, name, nodeSelector: { 'kubernetes.io/hostname': on } },
      });
      const mine = { ...batch('simulation', node), labels: { app: 'myapp' } };
      await createJob(cluster.api, { ...mine, completesAfter: '5s' });
      await createJob(cluster.api, { ...batch('other', nodes[1] ?? ''), labels: { app: 'other' } });
      await fleet.upgrade();
      await cluster.state(node, 'wait-for-jobs-required');
      await eventually(
        async () =>
          (await cluster.status()).upgrade?.blocked.some(({ message }) => message.includes('simulation-')),
        { what: 'the policy to say for which pod the node waits' },
      );
      // The other job never ends.
      await cluster.rollout();
    });
    const { status } = await cluster.api.get<{ status: { succeeded?: number } }>(
      `/apis/batch/v1/namespaces/${WORK}/jobs/simulation`,
    );
    expect(status.succeeded).toBe(1);
    expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
  });

  it('without a podSelector there is nothing to wait for', async () => {
    await fleet.given({
      autoUpgrade: true,
      maxParallelUpgrades: 0,
      waitForCompletion: { timeoutSeconds: 0 },
    });
    await endlessJobs([node]);
    const report = await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.rollout();
    });
    expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
  });

  it('"the length of time in seconds to wait before giving up for workload to finish": then the upgrade goes on', async () => {
    const timeoutSeconds = 3;
    const waitForCompletion = { ...jobs, timeoutSeconds };
    await fleet.given({ autoUpgrade: true, maxParallelUpgrades: 0, waitForCompletion, drain: {} });
    await endlessJobs([node]);
    const [before] = await workloadOn(cluster.api, node);
    const report = await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.rollout();
    });
    expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
    const waited = secondsIn(report, node, 'wait-for-jobs-required');
    expect(waited).toBeGreaterThan(timeoutSeconds - 0.5);
    // Acted on within two seconds. The limit counts from the end of the second in which the wait began.
    expect(waited).toBeLessThan(timeoutSeconds + 1 + 2 + SLOW_MACHINE);
    const uids = (await workloadOn(cluster.api, node)).map(({ metadata }) => metadata.uid);
    expect(uids).not.toContain(before?.metadata.uid);
  });

  /** Makes a node that waits for its jobs believe that it has waited for so long. */
  const asIfWaiting = (seconds: number): Promise<void> =>
    cluster.people().annotate(node, `${WAIT_START_ANNOTATION}=${Math.floor(Date.now() / 1000) - seconds}`);

  it('"zero means infinite": the upgrade waits for as long as the job runs', async () => {
    const waitForCompletion = { ...jobs, timeoutSeconds: 0 };
    await fleet.given({ autoUpgrade: true, maxParallelUpgrades: 0, waitForCompletion });
    await endlessJobs([node]);
    await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.state(node, 'wait-for-jobs-required');
      await asIfWaiting(86_400);
      await sleep(3000);
      expect((await look(cluster.api, node)).state).toBe('wait-for-jobs-required');
      await deleteWorkloads(cluster.api);
      await cluster.rollout();
    });
  });

  it('"if not specified, the default is 300 seconds", as kubectl get shows after apply', async () => {
    await fleet.given({ autoUpgrade: true, maxParallelUpgrades: 0, waitForCompletion: jobs });
    expect(await cluster.kubectl('get', 'ncp', 'nic-cluster-policy', '-o', 'yaml')).toMatch(
      /waitForCompletion:\s+podSelector: app=myapp\s+timeoutSeconds: 300/,
    );
    await endlessJobs([node]);
    await cluster.observed(async () => {
      await fleet.upgrade();
      await cluster.state(node, 'wait-for-jobs-required');
      await asIfWaiting(280);
      await sleep(2000);
      expect((await look(cluster.api, node)).state).toBe('wait-for-jobs-required');
      await asIfWaiting(302);
      await cluster.rollout();
    });
  });
});

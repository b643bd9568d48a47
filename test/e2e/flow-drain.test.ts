import { beforeEach, expect, it, vi } from 'vitest';
import {
  createDeployment,
  deploymentReady,
  eventually,
  listPods,
  TERMINATING_ANNOTATION,
} from '../control-plane/fixtures.ts';
import {
  budgetOf,
  DRAINING,
  EVENTUALLY,
  hold,
  letGo,
  look,
  NEW,
  OLD,
  runsVersion,
  statesPassed,
  tiedTo,
  tiedWorkload,
  upgradedFleet,
  WHOLE_UPGRADE,
  WORK,
  workloadOn,
} from './fleet.ts';
import { driverUids, secondsIn } from './sights.ts';
import { describeOnControlPlane } from './suite.ts';

/** A drain that takes this long has failed, in seconds. */
const TIMEOUT = 8;

/** Time limits are acted on within two seconds; the observer's clock and a busy machine may add to it. */
const LATEST = TIMEOUT + 2 + 5;

describeOnControlPlane('A node that does not become empty', {}, (cluster) => {
  beforeEach(() => cluster.empty());

  it('is asked again and again as long as a budget forbids the eviction, says so, and goes on soon after it is allowed', async () => {
    const { api } = cluster;
    const nodes = await upgradedFleet(cluster, { count: 2 });
    await tiedWorkload(api, nodes);
    await hold(api, 'node-0');
    let freed = 0;
    const report = await cluster.observed(async () => {
      await cluster.setVersion(NEW);
      await cluster.state('node-0', 'drain-required');
      await vi.waitFor(async () => {
        const { reason } = await look(api, 'node-0');
        expect(reason).toMatch(/^eviction-blocked: /);
        expect(reason).toContain(`${WORK}/${tiedTo('node-0')}-`);
        expect(reason).toContain(budgetOf('node-0'));
      }, EVENTUALLY);
      await vi.waitFor(async () => {
        expect(await cluster.kubectl('describe', 'node', 'node-0')).toMatch(
          new RegExp(`Warning +EvictionBlocked .*${budgetOf('node-0')}`),
        );
        expect((await cluster.status()).upgrade?.blocked).toMatchObject([
          { node: 'node-0', code: 'eviction-blocked', state: 'drain-required' },
        ]);
      }, EVENTUALLY);
      await letGo(api, 'node-0');
      freed = Date.now();
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(statesPassed(report, 'node-0')).toEqual(WHOLE_UPGRADE);
    expect((await look(api, 'node-0')).reason).toBeUndefined();
    const left = report.statistics.transitions.get('node-0')?.find(({ to }) => to === 'pod-restart-required');
    // Five seconds between two tries at most, and time for the pod to go.
    expect((left?.time ?? 0) - freed).toBeLessThan(15_000);
  });

  it('fails when the time is up, names the pod and the budget, and leaves its driver and its slot alone', async () => {
    const { api } = cluster;
    const nodes = await upgradedFleet(cluster, {
      count: 3,
      upgradePolicy: { drain: { enable: true, timeoutSeconds: TIMEOUT } },
    });
    await tiedWorkload(api, nodes);
    await hold(api, 'node-0');
    const before = await driverUids(cluster);
    const report = await cluster.observed(
      async () => {
        await cluster.setVersion(NEW);
        await cluster.state('node-0', 'upgrade-failed', { timeoutMs: 60_000 });
        await cluster.rollout({ timeoutMs: 120_000, badNodes: ['node-0'] });
      },
      { expect: { badNodes: ['node-0'] } },
    );
    const seconds = secondsIn(report, 'node-0', 'drain-required');
    expect(seconds).toBeGreaterThanOrEqual(TIMEOUT - 0.5);
    expect(seconds).toBeLessThan(LATEST);
    const { reason, cordoned } = await look(api, 'node-0');
    expect(cordoned).toBe(true);
    expect(reason).toMatch(/^drain-timeout: /);
    for (const named of [`${WORK}/${tiedTo('node-0')}-`, budgetOf('node-0'), `${TIMEOUT} s`])
      expect(reason).toContain(named);
    expect(await runsVersion(api, 'node-0', OLD)).toBe(true);
    expect((await driverUids(cluster))['node-0']).toBe(before['node-0']);
    expect(await workloadOn(api, 'node-0')).toHaveLength(1);
  });

  it('waits for a pod that a finalizer holds until its UID is gone', async () => {
    const { api } = cluster;
    await upgradedFleet(cluster, { count: 1 });
    await workloadWithFinalizer();
    const before = await driverUids(cluster);
    await cluster.observed(async () => {
      await cluster.setVersion(NEW);
      const pod = await terminatingPod();
      await vi.waitFor(async () => {
        expect((await look(api, 'node-0')).reason).toMatch(
          /^pods-(leaving|stuck-terminating): .*with-finalizer-/,
        );
      }, EVENTUALLY);
      expect(await look(api, 'node-0')).toMatchObject({ state: 'drain-required', cordoned: true });
      expect(await driverUids(cluster)).toEqual(before);
      await api.patch(pod, 'merge', { metadata: { finalizers: null } });
      await cluster.rollout({ timeoutMs: 120_000 });
    });
  });

  it('fails when a pod that has been evicted does not end in time, and its driver stays', async () => {
    const { api } = cluster;
    await upgradedFleet(cluster, {
      count: 1,
      upgradePolicy: { drain: { enable: true, timeoutSeconds: TIMEOUT } },
    });
    await tiedWorkload(api, ['node-0'], { annotations: { [TERMINATING_ANNOTATION]: 'stuck' } });
    const before = await driverUids(cluster);
    const report = await cluster.observed(
      async () => {
        await cluster.setVersion(NEW);
        await cluster.state('node-0', 'upgrade-failed', { timeoutMs: 60_000 });
      },
      { expect: { badNodes: ['node-0'] } },
    );
    expect(secondsIn(report, 'node-0', 'drain-required')).toBeLessThan(LATEST);
    expect((await look(api, 'node-0')).reason).toMatch(/^drain-timeout: .*work-on-node-0-/);
    expect(await driverUids(cluster)).toEqual(before);
  });

  it('counts its time from the beginning of the drain, even if the operator is restarted meanwhile', async () => {
    const { api } = cluster;
    await upgradedFleet(cluster, {
      count: 1,
      upgradePolicy: { ...DRAINING, drain: { enable: true, timeoutSeconds: TIMEOUT } },
    });
    await tiedWorkload(api, ['node-0']);
    await hold(api, 'node-0');
    const report = await cluster.observed(
      async () => {
        await cluster.setVersion(NEW);
        await cluster.state('node-0', 'drain-required');
        await cluster.operator.restart('kill');
        await cluster.state('node-0', 'upgrade-failed', { timeoutMs: 60_000 });
      },
      { expect: { badNodes: ['node-0'] } },
    );
    const seconds = secondsIn(report, 'node-0', 'drain-required');
    expect(seconds).toBeGreaterThanOrEqual(TIMEOUT - 0.5);
    expect(seconds).toBeLessThan(LATEST);
  });

  const finalizer = 'example.com/kept';
  const named = { namespace: WORK, name: 'with-finalizer' };

  /** A Deployment does not let its pods have finalizers of their own: they are put on. */
  async function workloadWithFinalizer(): Promise<void> {
    const { api } = cluster;
    await createDeployment(api, { ...named, replicas: 1 });
    await deploymentReady(api, named);
    for (const { metadata } of await listPods(api, { namespace: WORK })) {
      await api.patch(`/api/v1/namespaces/${WORK}/pods/${metadata.name}`, 'merge', {
        metadata: { finalizers: [finalizer] },
      });
    }
  }

  /** Waits until the pod is on its way out; its path. */
  async function terminatingPod(): Promise<string> {
    const pod = await eventually(
      async () =>
        (await listPods(cluster.api, { namespace: WORK })).find(
          ({ metadata }) => metadata.deletionTimestamp !== undefined,
        ),
      { what: 'the pod to be evicted', timeoutMs: 60_000 },
    );
    return `/api/v1/namespaces/${WORK}/pods/${pod.metadata.name}`;
  }
});

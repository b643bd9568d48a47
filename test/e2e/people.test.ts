import { beforeEach, expect, it, vi } from 'vitest';
import {
  DRAIN_START_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
  WAIT_START_ANNOTATION,
} from '../../src/contract/keys.ts';
import { createJob, createPod, eventually, listPods } from '../control-plane/fixtures.ts';
import {
  CRASHING,
  EVENTUALLY,
  hold,
  letGo,
  look,
  NEW,
  NEWER,
  OLD,
  runsVersion,
  statesPassed,
  tiedWorkload,
  upgradedFleet,
  WHOLE_UPGRADE,
  WHOLE_UPGRADE_CORDONED,
  WORK,
  workloadOn,
} from './fleet.ts';
import { annotation, driverUids, secondsIn } from './sights.ts';
import { describeOnControlPlane } from './suite.ts';

/** The state that a node is upgrade-done in, as people see it. */
const DONE = { state: 'upgrade-done', cordoned: false, reason: undefined };
const DONE_CORDONED = { ...DONE, cordoned: true };

/** All that administrators do to nodes while the operator upgrades them. Each fleet has two nodes, upgraded one at a time. */
describeOnControlPlane('A person', {}, (cluster) => {
  beforeEach(() => cluster.empty());

  /** Two nodes with a workload each; the upgrade of node-0 stops in the drain, while node-1 waits for its turn. */
  async function fleet(upgradePolicy = {}): Promise<void> {
    const nodes = await upgradedFleet(cluster, {
      count: 2,
      upgradePolicy,
      // Either might be the first to get the slot.
      each: (index) => (index === 1 ? { labels: { [SKIP_LABEL]: 'true' } } : {}),
    });
    await tiedWorkload(cluster.api, nodes);
    await hold(cluster.api, 'node-0');
  }

  async function startDraining(): Promise<void> {
    await cluster.setVersion(NEW);
    await cluster.state('node-0', 'drain-required', { timeoutMs: 60_000 });
    await cluster.kubectl('label', 'node', 'node-1', `${SKIP_LABEL}-`);
  }

  it('who cordoned a node before its upgrade finds it cordoned afterwards', async () => {
    await upgradedFleet(cluster, { count: 2 });
    await tiedWorkload(cluster.api, ['node-0', 'node-1']);
    await cluster.people().cordon('node-0');
    const report = await cluster.observed(async () => {
      await cluster.setVersion(NEW);
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(cluster.api, 'node-0')).toEqual(DONE_CORDONED);
    expect(statesPassed(report, 'node-0')).toEqual(WHOLE_UPGRADE_CORDONED);
    expect(await annotation(cluster, 'node-0', INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeUndefined();
    expect(await look(cluster.api, 'node-1')).toEqual(DONE);
  });

  it('who cordons a node while it waits for its turn finds it cordoned afterwards', async () => {
    await fleet();
    await cluster.observed(async () => {
      await startDraining();
      await cluster.people().cordon('node-1');
      await letGo(cluster.api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(cluster.api, 'node-1')).toEqual(DONE_CORDONED);
    expect(await look(cluster.api, 'node-0')).toEqual(DONE);
  });

  it('who uncordons a node in the middle finds it cordoned again before its driver goes, and is told why', async () => {
    await fleet();
    const report = await cluster.observed(async (observer) => {
      await startDraining();
      await cluster.people(observer).uncordon('node-0');
      await vi.waitFor(async () => {
        expect((await look(cluster.api, 'node-0')).cordoned).toBe(true);
      }, EVENTUALLY);
      await vi.waitFor(async () => {
        expect(await cluster.kubectl('describe', 'node', 'node-0')).toContain('NodeCordonedAgain');
      }, EVENTUALLY);
      await letGo(cluster.api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(cluster.api, 'node-0')).toEqual(DONE);
    expect(statesPassed(report, 'node-0')).toEqual(WHOLE_UPGRADE);
  });

  it('who had cordoned a node, and uncordons it in the middle, finds it uncordoned afterwards', async () => {
    await fleet();
    await cluster.observed(async (observer) => {
      await cluster.people().cordon('node-0');
      await startDraining();
      await cluster.people(observer).uncordon('node-0');
      await letGo(cluster.api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(cluster.api, 'node-0')).toEqual(DONE);
  });

  it('who uncordons a node in the middle and cordons it again finds it cordoned afterwards', async () => {
    await fleet();
    await cluster.observed(async (observer) => {
      await startDraining();
      // With the operator running it would be quicker than any person, and the cordon its own.
      await cluster.operator.stop();
      await cluster.people(observer).uncordon('node-0');
      await cluster.people().cordon('node-0');
      await cluster.operator.restart();
      await letGo(cluster.api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(cluster.api, 'node-0')).toEqual(DONE_CORDONED);
  });

  it('who deletes the driver pod of a node that waits has its driver at once, and the node is done', async () => {
    await fleet();
    const report = await cluster.observed(async (observer) => {
      await startDraining();
      await cluster.state('node-1', 'upgrade-required', { timeoutMs: 60_000 });
      await cluster.people(observer).deleteDriverPod('node-1');
      await cluster.state('node-1', 'upgrade-done', { timeoutMs: 60_000 });
      await letGo(cluster.api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(statesPassed(report, 'node-1')).toEqual(['upgrade-required', 'upgrade-done']);
  });

  it('who deletes the driver pod of a node that is being drained spares the pods that are still there', async () => {
    await fleet();
    await cluster.observed(async (observer) => {
      await startDraining();
      const uids = await workloadUids('node-0');
      await cluster.people(observer).deleteDriverPod('node-0');
      // The budget still stands.
      await cluster.state('node-0', 'upgrade-done', { timeoutMs: 60_000 });
      expect(await workloadUids('node-0')).toEqual(uids);
      await cluster.rollout({ timeoutMs: 120_000 });
    });
  });

  it('who drains a failed node and deletes its driver pod, as documented, has it finish by itself', async () => {
    const { api } = cluster;
    await upgradedFleet(cluster, { count: 2 });
    await createPod(api, { namespace: WORK, name: 'nobodys', nodeName: 'node-0' });
    const report = await cluster.observed(async (observer) => {
      await cluster.setVersion(NEW);
      await cluster.state('node-0', 'upgrade-failed', { timeoutMs: 60_000 });
      expect((await look(api, 'node-0')).reason).toMatch(/^drain-refused: .*default\/nobodys/);
      await cluster.people().drain('node-0', '--force');
      await cluster.people(observer).deleteDriverPod('node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(api, 'node-0')).toEqual(DONE);
    expect(statesPassed(report, 'node-0').slice(-3)).toEqual([
      'upgrade-failed',
      'uncordon-required',
      'upgrade-done',
    ]);
  });

  it('who removes the state label in the middle has the node upgraded from the start, and uncordoned', async () => {
    await fleet();
    await cluster.observed(async (observer) => {
      await startDraining();
      await cluster.people(observer).label('node-0', `${STATE_LABEL}-`);
      await letGo(cluster.api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(cluster.api, 'node-0')).toEqual(DONE);
  });

  it('who removes the state label and deletes the driver pod has the node uncordoned once its driver is Ready', async () => {
    await fleet();
    await cluster.observed(async (observer) => {
      await startDraining();
      await cluster.operator.stop();
      await cluster.people(observer).label('node-0', `${STATE_LABEL}-`);
      await cluster.people(observer).deleteDriverPod('node-0');
      await eventually(() => runsVersion(cluster.api, 'node-0', NEW), { what: 'the new driver' });
      await cluster.operator.restart();
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(cluster.api, 'node-0')).toEqual(DONE);
  });

  it('who removes the state label in the middle and switches upgrades off has the node handed back', async () => {
    await fleet();
    await cluster.observed(
      async (observer) => {
        await startDraining();
        await cluster.operator.stop();
        await cluster.people(observer).label('node-0', `${STATE_LABEL}-`);
        await cluster.setUpgradePolicy({ autoUpgrade: false });
        await cluster.operator.restart();
        await vi.waitFor(async () => {
          for (const node of ['node-0', 'node-1'])
            expect(await look(cluster.api, node)).toMatchObject({ state: 'none', cordoned: false });
        }, EVENTUALLY);
      },
      { expect: { end: 'off' } },
    );
  });

  it('who garbles the state label in the middle has the node upgraded from the start, and uncordoned', async () => {
    await fleet();
    await cluster.observed(async (observer) => {
      await startDraining();
      await cluster.people(observer).label('node-0', `${STATE_LABEL}=drained-I-think`);
      await letGo(cluster.api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(await look(cluster.api, 'node-0')).toEqual(DONE);
  });

  it('who sets the version back when it does not start has the failed node finish on the old one', async () => {
    const { api } = cluster;
    const nodes = await upgradedFleet(cluster, { count: 2 });
    await tiedWorkload(api, nodes);
    await cluster.observed(async () => {
      await cluster.setVersion(CRASHING);
      await vi.waitFor(async () => {
        for (const node of nodes) {
          const { state, reason } = await look(api, node);
          expect(state).toBe('upgrade-failed');
          expect(reason).toMatch(/^driver-crashing: .*CrashLoopBackOff/);
        }
      }, EVENTUALLY);
      await cluster.setVersion(OLD);
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    for (const node of nodes) {
      expect(await look(api, node)).toEqual(DONE);
      expect(await runsVersion(api, node, OLD)).toBe(true);
    }
  });

  it('who asks for another version after a failed drain, and sets it back, has the waiting node handed back', async () => {
    await fleet({ drain: { enable: true, timeoutSeconds: 5 } });
    const report = await cluster.observed(async () => {
      await startDraining();
      await cluster.state('node-0', 'upgrade-failed', { timeoutMs: 60_000 });
      await cluster.kubectl('label', 'node', 'node-0', `${SKIP_LABEL}=true`);
      await cluster.setVersion(NEWER);
      await cluster.state('node-0', 'upgrade-required', { timeoutMs: 60_000 });
      await cluster.setVersion(OLD);
      await cluster.kubectl('label', 'node', 'node-0', `${SKIP_LABEL}-`);
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(statesPassed(report, 'node-0').slice(-3)).toEqual([
      'upgrade-failed',
      'upgrade-required',
      'upgrade-done',
    ]);
    expect(await look(cluster.api, 'node-0')).toEqual(DONE);
  });

  it('who garbles the time since when a node is drained has the limit begin anew', async () => {
    await fleet({ drain: { enable: true, timeoutSeconds: 5 } });
    const before = await driverUids(cluster);
    const report = await cluster.observed(
      async (observer) => {
        await startDraining();
        const inTenYears = Math.floor(Date.now() / 1000) + 315_360_000;
        await cluster.people(observer).annotate('node-0', `${DRAIN_START_ANNOTATION}=${inTenYears}`);
        await cluster.people(observer).annotate('node-0', `${DRAIN_START_ANNOTATION}=yesterday`);
        await cluster.state('node-0', 'upgrade-failed', { timeoutMs: 60_000 });
      },
      { expect: { end: 'any' } },
    );
    expect(secondsIn(report, 'node-0', 'drain-required')).toBeGreaterThanOrEqual(4.5);
    expect((await look(cluster.api, 'node-0')).reason).toMatch(/^drain-timeout: /);
    expect((await driverUids(cluster))['node-0']).toBe(before['node-0']);
  });

  it('who garbles the time since when a node waits for its jobs has the limit begin anew', async () => {
    const { api } = cluster;
    await upgradedFleet(cluster, {
      count: 1,
      upgradePolicy: { waitForCompletion: { podSelector: 'app=endless', timeoutSeconds: 5 } },
    });
    await createJob(api, { namespace: WORK, name: 'endless' });
    await eventually(async () => (await listPods(api, { node: 'node-0', namespace: WORK })).length === 1);
    const report = await cluster.observed(async (observer) => {
      await cluster.setVersion(NEW);
      await cluster.state('node-0', 'wait-for-jobs-required', { timeoutMs: 60_000 });
      await cluster.people(observer).annotate('node-0', `${WAIT_START_ANNOTATION}=yesterday`);
      await cluster.rollout({ timeoutMs: 120_000 });
    });
    expect(secondsIn(report, 'node-0', 'wait-for-jobs-required')).toBeGreaterThanOrEqual(4.5);
    expect(await look(api, 'node-0')).toEqual(DONE);
  });

  it('who writes a reason of their own on a node sees it replaced by the real one, or taken away', async () => {
    await fleet();
    await cluster.observed(async (observer) => {
      await startDraining();
      await cluster.people(observer).annotate('node-0', `${REASON_ANNOTATION}=mine`);
      await cluster.people(observer).annotate('node-1', `${REASON_ANNOTATION}='slot: mine'`);
      await vi.waitFor(async () => {
        expect((await look(cluster.api, 'node-0')).reason).toMatch(/^eviction-blocked: /);
        expect((await look(cluster.api, 'node-1')).reason).toMatch(/^slot: Waiting for its turn/);
      }, EVENTUALLY);
      await letGo(cluster.api, 'node-0');
      await cluster.rollout({ timeoutMs: 120_000 });
    });
  });

  async function workloadUids(node: string): Promise<readonly (string | undefined)[]> {
    return (await workloadOn(cluster.api, node)).map(({ metadata }) => metadata.uid);
  }
});

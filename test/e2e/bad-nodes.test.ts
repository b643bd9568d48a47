import { beforeAll, expect, it, vi } from 'vitest';
import { POLICY_NAME } from '../../src/contract/keys.ts';
import { createNodes, createPod, startKubelet, stopKubelet } from '../control-plane/fixtures.ts';
import type { Report } from '../../src/invariants/index.ts';
import {
  DRAINING,
  EVENTUALLY,
  hold,
  look,
  lookAtAll,
  isVersion,
  NEW,
  OLD,
  runsVersion,
  statesPassed,
  tiedWorkload,
  WHOLE_UPGRADE,
  WORK,
} from './fleet.ts';
import { describeOnControlPlane } from './suite.ts';

const UNDRAINABLE = 'bad-0';
const NOT_READY = 'bad-1';
const CRASHING = 'bad-2';
const IMAGE_MISSING = 'bad-3';
const DELETED = 'bad-4';

const GOOD = Array.from({ length: 8 }, (_, index) => `good-${index}`);
const LIMIT = 2;

/** What fails is the new version's image for these kernels, for the simulated kubelet goes by the words in an image's tag. */
const KERNELS: Readonly<Record<string, string>> = {
  [CRASHING]: '5.15.0-1-crash',
  [IMAGE_MISSING]: '5.15.0-1-missing',
};

/** What each of them says is the matter, and how the operator names it. */
const COMPLAINTS: readonly {
  readonly node: string;
  readonly state: string;
  readonly code: string;
  readonly says: RegExp;
}[] = [
  { node: UNDRAINABLE, state: 'upgrade-failed', code: 'drain-refused', says: /default\/nobodys/ },
  { node: CRASHING, state: 'upgrade-failed', code: 'driver-crashing', says: /CrashLoopBackOff/ },
  { node: IMAGE_MISSING, state: 'upgrade-failed', code: 'driver-image', says: /ImagePullBackOff.*-missing-/ },
  { node: NOT_READY, state: 'upgrade-required', code: 'node-not-ready', says: /not Ready/ },
];

describeOnControlPlane('In a rollout in which nodes go wrong in five ways', {}, (cluster) => {
  let report: Report;

  beforeAll(async () => {
    const { api } = cluster;
    await createNodes(api, {
      count: 5,
      prefix: 'bad-',
      each: (index) => {
        const kernel = KERNELS[`bad-${index}`];
        return kernel === undefined ? {} : { kernel };
      },
    });
    await createNodes(api, { count: GOOD.length, prefix: 'good-' });
    await cluster.applyPolicy({
      version: OLD,
      upgradePolicy: { ...DRAINING, maxParallelUpgrades: LIMIT },
    });
    await cluster.rollout({ timeoutMs: 120_000 });
    await tiedWorkload(api, [...GOOD, CRASHING, IMAGE_MISSING, DELETED]);
    await hold(api, DELETED);
    await createPod(api, { namespace: WORK, name: 'nobodys', nodeName: UNDRAINABLE });
    await stopKubelet(api, NOT_READY);

    report = await cluster.observed(
      async () => {
        await newVersionByKernel();
        await cluster.state(DELETED, 'drain-required', { timeoutMs: 120_000 });
        await cluster.kubectl('delete', 'node', DELETED);
        await cluster.rollout({ badNodes: COMPLAINTS.map(({ node }) => node), timeoutMs: 180_000 });
        await vi.waitFor(async () => {
          const looks = await lookAtAll(api);
          for (const { node, state } of COMPLAINTS) expect(looks.get(node)).toMatchObject({ state });
        }, EVENTUALLY);
      },
      { expect: { badNodes: COMPLAINTS.map(({ node }) => node) } },
    );
  }, 400_000);

  /** The new version, with images that are made for each kernel. */
  async function newVersionByKernel(): Promise<void> {
    const patch = JSON.stringify({ spec: { ofedDriver: { version: NEW, forcePrecompiled: true } } });
    await cluster.kubectl('patch', 'nicclusterpolicy', POLICY_NAME, '--type=merge', '-p', patch);
  }

  it('all others are upgraded', async () => {
    const looks = await lookAtAll(cluster.api);
    for (const node of GOOD) {
      expect(statesPassed(report, node)).toEqual(WHOLE_UPGRADE);
      expect(looks.get(node)).toMatchObject({
        state: 'upgrade-done',
        cordoned: false,
        reason: undefined,
      });
      expect(isVersion(looks.get(node)?.driverImage ?? '', NEW)).toBe(true);
    }
  });

  it('the limit is kept, and used: one that has failed makes room for the next at once', () => {
    expect(report.statistics.mostInProgress).toBe(LIMIT);
    // A slot that a bad node still held would stay empty until the end of somebody else's upgrade.
    expect(report.statistics.slotGapSeconds.most).toBeLessThan(10);
  });

  it('one that is not Ready is not started, and the drivers of those that cannot be drained are left alone', async () => {
    expect(statesPassed(report, NOT_READY)).toEqual(['upgrade-required']);
    expect(await look(cluster.api, NOT_READY)).toMatchObject({ cordoned: false });
    expect(await runsVersion(cluster.api, UNDRAINABLE, OLD)).toBe(true);
    expect(statesPassed(report, UNDRAINABLE)).not.toContain('pod-restart-required');
  });

  it.each(COMPLAINTS)('$node says on its own node why: $code', async ({ node, code, says }) => {
    await vi.waitFor(async () => {
      const { reason } = await look(cluster.api, node);
      expect(reason).toMatch(new RegExp(`^${code}: `));
      expect(reason).toMatch(says);
    }, EVENTUALLY);
  });

  it.each(COMPLAINTS)('$node says why in an Event: $code', async ({ node, state, says }) => {
    const reason = state === 'upgrade-failed' ? 'DriverUpgradeFailed' : 'NodeNotReady';
    await vi.waitFor(async () => {
      const events = (await cluster.kubectl('describe', 'node', node)).split('\nEvents:')[1] ?? '';
      const told = events.split('\n').filter((line) => line.includes('ofed-operator'));
      const warning = told.find((line) => line.includes('Warning') && line.includes(reason));
      expect(warning).toMatch(says);
    }, EVENTUALLY);
  });

  it('each is named with its reason in the policy’s status', async () => {
    await vi.waitFor(async () => {
      const { upgrade, conditions } = await cluster.status();
      expect(upgrade?.blocked.map(({ node, state }) => ({ node, state }))).toEqual(
        [...COMPLAINTS]
          .sort((a, b) => a.node.localeCompare(b.node))
          .map(({ node, state }) => ({ node, state })),
      );
      for (const { node, says } of COMPLAINTS)
        expect(upgrade?.blocked.find((each) => each.node === node)?.message).toMatch(says);
      expect(upgrade).toMatchObject({ failed: 3, inProgress: 0, progress: `${GOOD.length}/12` });
      expect(conditions?.find(({ type }) => type === 'Degraded')).toMatchObject({
        status: 'True',
        reason: 'NodesFailed',
      });
    }, EVENTUALLY);
  });

  it('the one that was deleted is told of in an Event on the policy', async () => {
    await vi.waitFor(async () => {
      expect(await cluster.kubectl('describe', 'nicclusterpolicy', POLICY_NAME)).toMatch(
        new RegExp(`Warning +NodeDeletedDuringUpgrade .*${DELETED}`),
      );
    }, EVENTUALLY);
  });

  it('the one that was not Ready is upgraded when it is', async () => {
    await cluster.observed(
      async () => {
        await startKubelet(cluster.api, NOT_READY);
        await cluster.state(NOT_READY, 'upgrade-done', { timeoutMs: 60_000 });
      },
      { expect: { badNodes: COMPLAINTS.map(({ node }) => node) } },
    );
    expect(await runsVersion(cluster.api, NOT_READY, NEW)).toBe(true);
    expect(await look(cluster.api, NOT_READY)).toEqual({
      state: 'upgrade-done',
      cordoned: false,
      reason: undefined,
    });
  });
});

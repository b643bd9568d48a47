import { beforeAll, expect, it, vi } from 'vitest';
import {
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
  WAIT_START_ANNOTATION,
} from '../../src/contract/keys.ts';
import {
  createJob,
  deletePod,
  eventually,
  getNode,
  inParallel,
  listNodes,
  listPods,
  nodeObject,
  type NodeObject,
  type PodObject,
} from '../control-plane/fixtures.ts';
import type { ApiClient } from '../control-plane/index.ts';
import type { Report } from '../../src/invariants/index.ts';
import {
  DRAINING,
  driverDaemonSet,
  driverPodOn,
  driversReady,
  EVENTUALLY,
  look,
  isVersion,
  lookAt,
  lookAtAll,
  NEW,
  OLD,
  runsVersion,
  statesPassed,
  tiedWorkload,
  WHOLE_UPGRADE,
  WHOLE_UPGRADE_CORDONED,
  WORK,
} from './fleet.ts';
import { describeOnControlPlane, type TestCluster } from './suite.ts';

/** How an operator that has just started finds a node. Every node's workload is on it, and its driver runs. */
interface Found {
  /** The label's value; absent: there is none. */
  readonly state?: string;
  /** Who cordoned it. Default: nobody. */
  readonly cordonedBy?: 'kubectl' | 'another program';
  /** Whether the driver pod is of the new version already. */
  readonly driver: 'old' | 'new';
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** A job's pod runs on it. */
  readonly job?: { readonly completesAfter?: string };
}

interface StartingPoint {
  readonly node: string;
  readonly found: Found;
  /** The states that it goes through from there. */
  readonly passes: readonly string[];
  readonly ends: { readonly state: string; readonly cordoned: boolean; readonly driver: 'old' | 'new' };
}

/** What is left of the flow from a state on. */
const from = (state: (typeof WHOLE_UPGRADE)[number]): readonly string[] =>
  WHOLE_UPGRADE.slice(WHOLE_UPGRADE.indexOf(state));

const DONE = { state: 'upgrade-done', cordoned: false, driver: 'new' } as const;
const DONE_CORDONED = { ...DONE, cordoned: true } as const;
const byUpgrade = { cordonedBy: 'another program', driver: 'old' } as const;
const JOBS = 'kind=job';

const POINTS: Readonly<Record<string, StartingPoint>> = {
  'without a label is upgraded': {
    node: 'none',
    found: { driver: 'old' },
    passes: WHOLE_UPGRADE,
    ends: DONE,
  },
  'without a label, whose driver is up to date, is done': {
    node: 'none-new',
    found: { driver: 'new' },
    passes: ['upgrade-done'],
    ends: DONE,
  },
  'with a label that nobody knows is upgraded': {
    node: 'garbled',
    found: { state: 'Upgrade_Of.My-Own', driver: 'old' },
    passes: WHOLE_UPGRADE,
    ends: DONE,
  },
  'without a label that another program cordoned is upgraded and stays cordoned': {
    node: 'none-cordoned',
    found: { cordonedBy: 'another program', driver: 'old' },
    passes: WHOLE_UPGRADE_CORDONED,
    ends: DONE_CORDONED,
  },
  'in upgrade-done is upgraded': {
    node: 'done',
    found: { state: 'upgrade-done', driver: 'old' },
    passes: WHOLE_UPGRADE,
    ends: DONE,
  },
  'in upgrade-done whose driver is up to date is left alone': {
    node: 'done-new',
    found: { state: 'upgrade-done', driver: 'new' },
    passes: [],
    ends: DONE,
  },
  'in upgrade-required is upgraded': {
    node: 'required',
    found: { state: 'upgrade-required', driver: 'old' },
    passes: from('cordon-required'),
    ends: DONE,
  },
  'in upgrade-required whose driver is up to date is done, untouched': {
    node: 'required-new',
    found: { state: 'upgrade-required', driver: 'new' },
    passes: ['upgrade-done'],
    ends: DONE,
  },
  'in upgrade-required that was cordoned before stays cordoned': {
    node: 'required-cordoned',
    found: { state: 'upgrade-required', cordonedBy: 'kubectl', driver: 'old' },
    passes: WHOLE_UPGRADE_CORDONED.slice(1),
    ends: DONE_CORDONED,
  },
  'in upgrade-required that is to be skipped is never started': {
    node: 'required-skipped',
    found: { state: 'upgrade-required', driver: 'old', labels: { [SKIP_LABEL]: 'true' } },
    passes: [],
    ends: { state: 'upgrade-required', cordoned: false, driver: 'old' },
  },
  'in cordon-required is upgraded': {
    node: 'cordon',
    found: { state: 'cordon-required', driver: 'old' },
    passes: from('wait-for-jobs-required'),
    ends: DONE,
  },
  'in cordon-required that another operator cordoned, without a note of a cordon before, is handed back': {
    node: 'cordon-cordoned',
    found: { state: 'cordon-required', ...byUpgrade },
    passes: from('wait-for-jobs-required'),
    ends: DONE,
  },
  'in cordon-required that a person cordoned stays cordoned': {
    node: 'cordon-person',
    found: { state: 'cordon-required', cordonedBy: 'kubectl', driver: 'old' },
    passes: WHOLE_UPGRADE_CORDONED.slice(2),
    ends: DONE_CORDONED,
  },
  'in cordon-required with a note that it was cordoned before stays cordoned': {
    node: 'cordon-noted',
    found: {
      state: 'cordon-required',
      ...byUpgrade,
      annotations: { [INITIALLY_UNSCHEDULABLE_ANNOTATION]: 'true' },
    },
    passes: WHOLE_UPGRADE_CORDONED.slice(2),
    ends: DONE_CORDONED,
  },
  'in wait-for-jobs-required waits for its job': {
    node: 'jobs',
    found: { state: 'wait-for-jobs-required', ...byUpgrade, job: { completesAfter: '10s' } },
    passes: from('drain-required'),
    ends: DONE,
  },
  'in wait-for-jobs-required that has waited too long already waits no longer': {
    node: 'jobs-overdue',
    found: {
      state: 'wait-for-jobs-required',
      ...byUpgrade,
      annotations: { [WAIT_START_ANNOTATION]: '1000000000' },
      job: {},
    },
    passes: from('drain-required'),
    ends: DONE,
  },
  'in wait-for-jobs-required that is not cordoned is cordoned first': {
    node: 'jobs-schedulable',
    found: { state: 'wait-for-jobs-required', driver: 'old' },
    passes: from('drain-required'),
    ends: DONE,
  },
  'in the legacy state pod-deletion-required is drained': {
    node: 'pod-deletion',
    found: { state: 'pod-deletion-required', ...byUpgrade },
    passes: from('drain-required'),
    ends: DONE,
  },
  'in drain-required is drained': {
    node: 'drain',
    found: { state: 'drain-required', ...byUpgrade },
    passes: from('pod-restart-required'),
    ends: DONE,
  },
  'in drain-required that is not cordoned is cordoned first': {
    node: 'drain-schedulable',
    found: { state: 'drain-required', driver: 'old' },
    passes: from('pod-restart-required'),
    ends: DONE,
  },
  'in drain-required that is to be skipped is finished, for it has been started': {
    node: 'drain-skipped',
    found: { state: 'drain-required', ...byUpgrade, labels: { [SKIP_LABEL]: 'true' } },
    passes: from('pod-restart-required'),
    ends: DONE,
  },
  'in drain-required with a note that it was cordoned before stays cordoned': {
    node: 'drain-noted',
    found: {
      state: 'drain-required',
      ...byUpgrade,
      annotations: { [INITIALLY_UNSCHEDULABLE_ANNOTATION]: 'true' },
    },
    passes: WHOLE_UPGRADE_CORDONED.slice(4),
    ends: DONE_CORDONED,
  },
  'in pod-restart-required with a workload still on it is emptied before the driver goes': {
    node: 'restart',
    found: { state: 'pod-restart-required', ...byUpgrade },
    passes: from('uncordon-required'),
    ends: DONE,
  },
  'in pod-restart-required that is not cordoned is cordoned and emptied before the driver goes': {
    node: 'restart-schedulable',
    found: { state: 'pod-restart-required', driver: 'old' },
    passes: from('uncordon-required'),
    ends: DONE,
  },
  'in pod-restart-required whose driver was replaced already is handed back': {
    node: 'restart-new',
    found: { state: 'pod-restart-required', cordonedBy: 'another program', driver: 'new' },
    passes: from('uncordon-required'),
    ends: DONE,
  },
  'in validation-required is handed back': {
    node: 'validation',
    found: { state: 'validation-required', cordonedBy: 'another program', driver: 'new' },
    passes: from('uncordon-required'),
    ends: DONE,
  },
  'in uncordon-required is handed back': {
    node: 'uncordon',
    found: { state: 'uncordon-required', cordonedBy: 'another program', driver: 'new' },
    passes: ['upgrade-done'],
    ends: DONE,
  },
  'in uncordon-required whose driver is out of date by now is handed back and upgraded again': {
    node: 'uncordon-old',
    found: { state: 'uncordon-required', ...byUpgrade },
    passes: ['upgrade-done', ...WHOLE_UPGRADE],
    ends: DONE,
  },
  'in upgrade-failed stays so, for a person must look': {
    node: 'failed',
    found: { state: 'upgrade-failed', ...byUpgrade },
    passes: [],
    ends: { state: 'upgrade-failed', cordoned: true, driver: 'old' },
  },
  'in upgrade-failed whose driver came right is handed back': {
    node: 'failed-new',
    found: { state: 'upgrade-failed', cordonedBy: 'another program', driver: 'new' },
    passes: from('uncordon-required'),
    ends: DONE,
  },
  'in upgrade-failed whose driver came right, cordoned before, stays cordoned': {
    node: 'failed-noted',
    found: {
      state: 'upgrade-failed',
      cordonedBy: 'another program',
      driver: 'new',
      annotations: { [INITIALLY_UNSCHEDULABLE_ANNOTATION]: 'true' },
    },
    passes: ['upgrade-done'],
    ends: DONE_CORDONED,
  },
  'in node-maintenance-required is left to the external operator': {
    node: 'maintenance',
    found: { state: 'node-maintenance-required', ...byUpgrade },
    passes: [],
    ends: { state: 'node-maintenance-required', cordoned: true, driver: 'old' },
  },
  'in post-maintenance-required is left to the external operator': {
    node: 'post-maintenance',
    found: { state: 'post-maintenance-required', ...byUpgrade },
    passes: [],
    ends: { state: 'post-maintenance-required', cordoned: true, driver: 'old' },
  },
};

const ALL = Object.values(POINTS);
const UNFINISHED = ALL.filter(({ ends }) => ends.state !== 'upgrade-done').map(({ node }) => node);

/** Two slots more than the two that the nodes under external maintenance hold. */
const LIMIT = 4;

/** Brings every node to its starting point: all on the old version, then the new one asked for, then what `Found` says. */
async function arrange(cluster: TestCluster): Promise<void> {
  const { api, operator } = cluster;
  await inParallel(ALL, ({ node }) => api.create('/api/v1/nodes', nodeObject(node)));
  const upgradePolicy = {
    ...DRAINING,
    autoUpgrade: false,
    maxParallelUpgrades: LIMIT,
    waitForCompletion: { podSelector: JOBS, timeoutSeconds: 60 },
  };
  await cluster.applyPolicy({ version: OLD, upgradePolicy });
  await driversReady(api, ALL.length);
  await tiedWorkload(
    api,
    ALL.map(({ node }) => node),
  );
  await cluster.setVersion(NEW);
  await newTemplate(cluster);
  await operator.stop();
  await inParallel(ALL, ({ node, found }) => bringTo(cluster, node, found));
  await driversReady(api, ALL.length);
  await cluster.setUpgradePolicy({ autoUpgrade: true });
}

/** Waits until the DaemonSet controller has taken up the new version: what it makes from now on is new. */
async function newTemplate({ api }: TestCluster): Promise<void> {
  interface DaemonSet {
    readonly metadata: { readonly generation: number };
    readonly spec: { readonly template: object };
    readonly status: { readonly observedGeneration: number };
  }
  const { namespace, name } = await driverDaemonSet(api);
  await eventually(
    async () => {
      const { metadata, spec, status } = await api.get<DaemonSet>(
        `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`,
      );
      return JSON.stringify(spec.template).includes(NEW) && status.observedGeneration === metadata.generation;
    },
    { what: 'the new version in the DaemonSet' },
  );
}

async function bringTo(cluster: TestCluster, node: string, found: Found): Promise<void> {
  const { api } = cluster;
  if (found.driver === 'new') {
    const pod = await driverPodOn(api, node);
    if (pod === undefined) throw new Error(`no driver pod on ${node}`);
    await deletePod(api, { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name });
    await eventually(() => runsVersion(api, node, NEW), { what: `the new driver on ${node}` });
  }
  if (found.job !== undefined) {
    await createJob(api, {
      ...{ namespace: WORK, name: `job-on-${node}`, labels: { kind: 'job' } },
      nodeSelector: { 'kubernetes.io/hostname': node },
      ...found.job,
    });
    await eventually(
      async () => (await jobPods(api, node)).some(({ status }) => status.phase === 'Running'),
      {
        what: `the job on ${node}`,
      },
    );
  }
  if (found.cordonedBy === 'kubectl') await cluster.kubectl('cordon', node);
  await api.patch(`/api/v1/nodes/${node}`, 'merge', {
    metadata: {
      labels: { ...found.labels, ...(found.state === undefined ? {} : { [STATE_LABEL]: found.state }) },
      annotations: found.annotations ?? {},
    },
    ...(found.cordonedBy === 'another program' ? { spec: { unschedulable: true } } : {}),
  });
}

function jobPods(api: ApiClient, node: string): Promise<readonly PodObject[]> {
  return listPods(api, { namespace: WORK, labelSelector: JOBS, node });
}

describeOnControlPlane('An operator that finds a node', {}, (cluster) => {
  let report: Report;

  beforeAll(async () => {
    await arrange(cluster);
    report = await cluster.observed(
      async () => {
        await cluster.operator.restart();
        await eventually(() => allEnded(cluster), {
          what: 'every node to end',
          timeoutMs: 200_000,
          intervalMs: 300,
        });
      },
      { expect: { badNodes: UNFINISHED } },
    );
  }, 400_000);

  it.each(Object.entries(POINTS))('%s', async (_, { node, passes, ends }) => {
    expect(statesPassed(report, node)).toEqual(passes);
    expect(await look(cluster.api, node)).toMatchObject({ state: ends.state, cordoned: ends.cordoned });
    expect(await runsVersion(cluster.api, node, ends.driver === 'new' ? NEW : OLD)).toBe(true);
  });

  it('leaves no note of its own on a node that is done', async () => {
    for (const { metadata } of (await listNodes(cluster.api)).filter(isDone)) {
      const notes = Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith('nvidia.com/'));
      expect({ node: metadata.name, notes }).toEqual({ node: metadata.name, notes: [] });
    }
  });

  it('says on each node that is not done what it waits for', async () => {
    await vi.waitFor(async () => {
      const { upgrade } = await cluster.status();
      expect(upgrade?.blocked.map(({ node, code }) => [node, code])).toEqual([
        ['failed', 'failed'],
        ['maintenance', 'external-maintenance'],
        ['post-maintenance', 'external-maintenance'],
        ['required-skipped', 'skipped'],
      ]);
    }, EVENTUALLY);
    await eventually(
      async () => {
        const { annotations } = (await getNode(cluster.api, 'required-skipped')).metadata;
        return annotations?.[REASON_ANNOTATION]?.startsWith('skipped: ') === true;
      },
      { what: 'the reason on the skipped node' },
    );
  });

  it('warns of a label that nobody knows', async () => {
    await vi.waitFor(async () => {
      expect(await cluster.kubectl('describe', 'node', 'garbled')).toMatch(
        /Warning +UnknownUpgradeState .*Upgrade_Of\.My-Own/,
      );
    }, EVENTUALLY);
  });

  it('starts no node as long as those found midway take up the limit', () => {
    const starts = ALL.flatMap(({ node }) => report.statistics.transitions.get(node) ?? []).filter(
      ({ to }) => to === 'cordon-required',
    );
    expect(starts.length).toBeGreaterThan(3);
    // The observer has checked each start against the limit; here is that there was something to check.
    expect(report.statistics.mostInProgress).toBeGreaterThan(LIMIT);
  });
});

function isDone(node: NodeObject): boolean {
  return lookAt(node).state === 'upgrade-done';
}

async function allEnded({ api }: TestCluster): Promise<boolean> {
  const looks = await lookAtAll(api);
  const missing = ALL.filter(({ node, ends }) => {
    const { state, cordoned, driverImage = '' } = looks.get(node) ?? {};
    const isThere = isVersion(driverImage, ends.driver === 'new' ? NEW : OLD);
    return !isThere || state !== ends.state || cordoned !== ends.cordoned;
  });
  if (missing.length > 0)
    throw new Error(missing.map(({ node }) => `${node}: ${JSON.stringify(looks.get(node))}`).join('\n'));
  return true;
}

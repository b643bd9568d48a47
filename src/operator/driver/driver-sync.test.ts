import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { settled, type VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import type { RawObject } from '../../cluster/memory/api/types.ts';
import { parsePolicy, type Policy } from '../../contract/policy.ts';
import type { Pool } from '../../driver/index.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { daemonSets } from '../resources/daemonsets.ts';
import { configMaps } from '../resources/objects.ts';
import { aRawDaemonSet, aRawPolicy, NAMESPACE } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { RecordedLog } from '../testing/recorders.ts';
import { createWatches } from '../watches.ts';
import { driverShelves } from './driver-objects.ts';
import { DriverSync } from './driver-sync.ts';

const UBUNTU: Pool = { osId: 'ubuntu', osVersion: '22.04', kernel: '5.15.0-78-generic', arch: 'amd64' };
const RHEL: Pool = { osId: 'rhel', osVersion: '9.4', kernel: '5.14.0-427.el9.x86_64', arch: 'amd64' };

let clock: VirtualClock;
let cluster: TestCluster;
let wire: RecordingCluster;
let log: RecordedLog;
let stop: AbortController;
let policy: Policy | undefined;
let pools: Pool[];
let configKeys: Map<string, readonly string[]>;
let withPods: Set<string>;
let told: number;
let answered: string[];
let sync: DriverSync;

beforeEach(async () => {
  cluster = new TestCluster();
  wire = cluster.wire;
  clock = cluster.clock;
  log = new RecordedLog();
  stop = new AbortController();
  policy = aPolicy();
  pools = [UBUNTU];
  configKeys = new Map();
  withPods = new Set();
  told = 0;
  answered = [];
  const world = { cluster: wire, clock, log, namespace: NAMESPACE, signal: stop.signal };
  const watches = createWatches({ ...world, random: () => 0, metrics: createMetrics() });
  const ignore = (): void => undefined;
  const handlers = { node: ignore, driverPod: ignore, daemonSet: ignore, policy: ignore, object: ignore };
  void watches.run(handlers, stop.signal);
  await settled();
  sync = new DriverSync({
    ...world,
    initImage: 'ofed-operator:1',
    shelves: driverShelves(watches),
    policy: () => policy,
    pools: () => pools,
    configMaps: () => configKeys,
    hasPods: (uid) => withPods.has(uid),
    onAnswered: (uid) => answered.push(uid),
    onProblems: () => (told += 1),
  });
});

afterEach(() => {
  stop.abort();
});

function aPolicy(spec: Parameters<typeof aRawPolicy>[0] = {}): Policy {
  const parsed = parsePolicy(aRawPolicy(spec));
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}

/** Something has changed, and time enough passes for an answer. The writes that were made. */
async function synced(): Promise<readonly string[]> {
  await settled();
  const before = wire.calls.length;
  sync.touch();
  await clock.advance(100);
  return wire.calls
    .slice(before)
    .filter(({ verb }) => verb !== 'list' && verb !== 'watch')
    .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
}

const live = (): readonly RawObject[] => cluster.api.list(daemonSets);
const driverName = (pool: Pool): string =>
  live().find(({ metadata }) => metadata.name.includes(pool.osId))?.metadata.name ?? 'none';
const imageOf = (object: RawObject | undefined): unknown =>
  (object?.['spec'] as { template: { spec: { containers: { image: string }[] } } } | undefined)?.template.spec
    .containers[0]?.image;
const ref = (name: string) => ({ name, namespace: NAMESPACE });

describe('The driver’s objects', () => {
  it('are all made where there are none', async () => {
    const writes = await synced();
    expect(writes).toEqual([
      'apply serviceaccounts ofed-driver',
      ...writes.filter((write) => /roles|rolebindings|clusterroles|clusterrolebindings/.test(write)),
      'apply configmaps ofed-init-container-config',
      `apply daemonsets ${driverName(UBUNTU)}`,
    ]);
    expect(imageOf(live()[0])).toContain('24.01-0.3.3.1-0');
    expect(sync.problems).toEqual([]);
  });

  it('are not written where they are as they should be', async () => {
    await synced();
    expect(await synced()).toEqual([]);
  });

  it('are known at once from what the writes were answered with: nothing is applied twice', async () => {
    sync.touch();
    await clock.advance(20);
    sync.touch();
    await clock.advance(100);
    const applied = wire.calls
      .filter(({ verb }) => verb === 'apply')
      .map(({ name, resource }) => resource + name);
    expect(new Set(applied).size).toBe(applied.length);
  });

  it('are written as far as they differ, and no further', async () => {
    await synced();
    policy = aPolicy({ version: '24.04-0.6.6.0-0' });
    expect(await synced()).toEqual([`apply daemonsets ${driverName(UBUNTU)}`]);
    expect(imageOf(live()[0])).toContain('24.04-0.6.6.0-0');
  });

  it('are in doubt from the moment of a write until there is an answer to one', async () => {
    await synced();
    const uid = live()[0]?.metadata.uid ?? '';
    const lost = new ApiError('timeout', 'no answer', { maybeApplied: true });
    wire.after = () => Promise.reject(lost);
    policy = aPolicy({ version: '24.04-0.6.6.0-0' });
    await synced();
    expect(sync.isUnanswered(uid)).toBe(true);
    wire.after = () => Promise.resolve();
    await clock.advance(1000);
    expect(sync.isUnanswered(uid)).toBe(false);
    expect(answered).toEqual([uid]);
  });

  it('are in no doubt where a write was refused', async () => {
    await synced();
    const uid = live()[0]?.metadata.uid ?? '';
    wire.before = () => Promise.reject(new ApiError('forbidden', 'no'));
    policy = aPolicy({ version: '24.04-0.6.6.0-0' });
    await synced();
    expect(sync.isUnanswered(uid)).toBe(false);
  });

  it('are set right where somebody has edited what is ours', async () => {
    await synced();
    cluster.change(configMaps, ref('ofed-init-container-config'), { data: { 'config.json': '{}' } });
    expect(await synced()).toEqual(['apply configmaps ofed-init-container-config']);
  });

  it('are left alone where somebody has added what is not ours', async () => {
    await synced();
    const team = { metadata: { annotations: { team: 'fabric' } } };
    cluster.change(daemonSets, ref(driverName(UBUNTU)), team);
    expect(await synced()).toEqual([]);
  });

  it('are made again where somebody has deleted them', async () => {
    await synced();
    const name = driverName(UBUNTU);
    cluster.remove(daemonSets, ref(name));
    expect(await synced()).toEqual([`apply daemonsets ${name}`]);
  });

  it('are brought about once for a burst of changes', async () => {
    for (let i = 0; i < 100; i += 1) {
      sync.touch();
      await clock.advance(0);
    }
    expect(wire.calls.filter(({ verb }) => verb === 'apply')).toEqual([]);
    await clock.advance(100);
    expect(told).toBe(1);
  });

  it('are looked at again if something changes while they are being written', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    wire.before = () => held;
    sync.touch();
    await clock.advance(20);
    pools = [UBUNTU, RHEL];
    policy = aPolicy({ version: '24.04-0.6.6.0-0' });
    sync.touch();
    wire.before = () => undefined;
    release();
    await clock.advance(100);
    expect(live()).toHaveLength(2);
    expect(live().map(imageOf)).toEqual([
      expect.stringContaining('24.04-0.6.6.0-0'),
      expect.stringContaining('24.04-0.6.6.0-0'),
    ]);
  });
});

describe('A pool', () => {
  it('that joins gets a DaemonSet of its own', async () => {
    await synced();
    pools = [UBUNTU, RHEL];
    expect(await synced()).toEqual([`apply daemonsets ${driverName(RHEL)}`]);
  });

  it('that has lost its last node loses its DaemonSet', async () => {
    pools = [UBUNTU, RHEL];
    await synced();
    const name = driverName(RHEL);
    pools = [UBUNTU];
    expect(await synced()).toEqual([`delete daemonsets ${name}`]);
    expect(driverName(RHEL)).toBe('none');
    expect(sync.waitsForPods).toBe(false);
  });

  it('that has lost its last node keeps its DaemonSet until the last pod has left', async () => {
    pools = [UBUNTU, RHEL];
    await synced();
    const name = driverName(RHEL);
    withPods.add(cluster.api.find(daemonSets, ref(name))?.metadata.uid ?? '');
    pools = [UBUNTU];
    expect(await synced()).toEqual([]);
    expect(sync.waitsForPods).toBe(true);
    withPods.clear();
    expect(await synced()).toEqual([`delete daemonsets ${name}`]);
    expect(sync.waitsForPods).toBe(false);
  });

  it('that got its nodes back meanwhile keeps its DaemonSet', async () => {
    await synced();
    withPods.add(live()[0]?.metadata.uid ?? '');
    pools = [];
    await synced();
    pools = [UBUNTU];
    withPods.clear();
    expect(await synced()).toEqual([]);
    expect(live()).toHaveLength(1);
    expect(sync.waitsForPods).toBe(false);
  });

  it('that cannot be served is left as it is, and the others are not concerned', async () => {
    pools = [UBUNTU, { ...RHEL, osId: 'beos' }];
    await synced();
    const before = cluster.api.find(daemonSets, ref(driverName({ ...RHEL, osId: 'beos' })));
    configKeys.set('repos', ['some.repo']);
    policy = aPolicy({ version: '24.04-0.6.6.0-0', driver: { repoConfig: { name: 'repos' } } });
    await synced();
    expect(sync.problems).toEqual([expect.stringContaining('beos')]);
    expect(cluster.api.find(daemonSets, ref(driverName({ ...RHEL, osId: 'beos' })))).toEqual(before);
    expect(imageOf(cluster.api.find(daemonSets, ref(driverName(UBUNTU))))).toContain('24.04-0.6.6.0-0');
  });
});

describe('A policy', () => {
  it('that cannot be used, or is not there, changes nothing', async () => {
    await synced();
    const before = live();
    policy = undefined;
    pools = [];
    expect(await synced()).toEqual([]);
    expect(live()).toEqual(before);
    expect(sync.problems).toEqual([]);
  });

  it('that wants no driver any more has all of its objects deleted, pods or not', async () => {
    await synced();
    withPods.add(live()[0]?.metadata.uid ?? '');
    policy = aPolicy({ driver: null });
    const writes = await synced();
    expect(writes.every((write) => write.startsWith('delete '))).toBe(true);
    expect(live()).toEqual([]);
    expect(cluster.api.list(configMaps)).toEqual([]);
    expect(await synced()).toEqual([]);
  });
});

describe('What is not the policy’s', () => {
  function foreign(name: string, metadata: Partial<RawObject['metadata']>): RawObject {
    const daemonSet = aRawDaemonSet({ name });
    const labels = { ...daemonSet.metadata.labels, ...metadata.labels };
    return cluster.create(daemonSets, {
      ...daemonSet,
      metadata: { ...daemonSet.metadata, ...metadata, labels },
    });
  }

  it('is never deleted: another owner’s, nobody’s, and other components’', async () => {
    const owner = { apiVersion: 'v1', kind: 'NicClusterPolicy', name: 'x', uid: 'another', controller: true };
    foreign('of-another-policy', { ownerReferences: [owner] });
    foreign('of-another-kind', { ownerReferences: [{ ...owner, kind: 'Deployment', uid: 'policy-1' }] });
    foreign('of-nobody', {});
    cluster.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'of-others', namespace: NAMESPACE, ownerReferences: [{ ...owner, uid: 'policy-1' }] },
    });
    policy = aPolicy({ driver: null });
    expect(await synced()).toEqual([]);
  });

  it('is deleted if NVIDIA’s operator has made it for a policy, and nobody owns it', async () => {
    foreign('left-behind', { labels: { 'ds-owner': 'NicClusterPolicy' } });
    policy = aPolicy({ driver: null });
    expect(await synced()).toEqual(['delete daemonsets left-behind']);
  });

  it('is deleted only once, and with its own UID', async () => {
    const { uid } = foreign('left-behind', { labels: { 'ds-owner': 'NicClusterPolicy' } }).metadata;
    policy = aPolicy({ driver: null });
    await synced();
    expect(wire.calls.at(-1)).toMatchObject({
      verb: 'delete',
      options: { uid, propagation: 'Background' },
    });
    foreign('going', { labels: { 'ds-owner': 'NicClusterPolicy' }, finalizers: ['example.com/later'] });
    cluster.remove(daemonSets, ref('going'));
    expect(cluster.api.get(daemonSets, ref('going')).metadata.deletionTimestamp).toBeDefined();
    expect(await synced()).toEqual([]);
  });

  it.each(['not-found', 'conflict'] as const)('may be gone by then: %s', async (code) => {
    foreign('left-behind', { labels: { 'ds-owner': 'NicClusterPolicy' } });
    policy = aPolicy({ driver: null });
    wire.before = ({ verb }) => (verb === 'delete' ? Promise.reject(new ApiError(code, 'gone')) : undefined);
    await synced();
    expect(sync.problems).toEqual([]);
    expect(sync.settled).toBe(true);
  });
});

describe('What cannot be written', () => {
  beforeEach(() => {
    wire.before = ({ verb }) =>
      verb === 'apply' ? Promise.reject(new ApiError('forbidden', 'admission says no')) : undefined;
  });

  it('is told, and tried again after 0.5 s, then after twice as long each time, up to 30 s', async () => {
    sync.touch();
    await clock.advance(20);
    expect(sync.problems).toEqual(["The driver's objects could not be written: admission says no"]);
    expect(sync.settled).toBe(false);
    await clock.advance(300_000);
    const waits = log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['retryInMs']);
    expect(waits.slice(0, 9)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is tried again no sooner because something changes meanwhile', async () => {
    sync.touch();
    await clock.advance(20);
    const tried = wire.calls.length;
    sync.touch();
    await clock.advance(499);
    expect(wire.calls).toHaveLength(tried);
    await clock.advance(1);
    expect(wire.calls.length).toBeGreaterThan(tried);
  });

  it('is written as soon as it can be, and then nothing more is said of it', async () => {
    sync.touch();
    await clock.advance(20);
    wire.before = () => undefined;
    await clock.advance(500);
    expect(sync.problems).toEqual([]);
    expect(sync.settled).toBe(true);
    expect(live()).toHaveLength(1);
  });

  it('is not tried again once the operator has ended', async () => {
    sync.touch();
    await clock.advance(20);
    const tried = wire.calls.length;
    stop.abort();
    await clock.advance(60_000);
    expect(wire.calls).toHaveLength(tried);
  });
});

describe('Everything is settled', () => {
  it('once it has been seen to be so, until something changes', async () => {
    expect(sync.settled).toBe(false);
    sync.touch();
    expect(sync.settled).toBe(false);
    await clock.advance(20);
    expect(sync.settled).toBe(true);
    expect(told).toBe(1);
    sync.touch();
    expect(sync.settled).toBe(false);
  });
});

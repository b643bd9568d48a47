import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { settled, type VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import {
  LEGACY_STATE_ANNOTATION,
  MOFED_WAIT_LABEL,
  NIC_PRESENT_LABEL,
  REASON_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
} from '../../contract/keys.ts';
import { Fleet } from '../../upgrade/fleet.ts';
import { aPolicy } from '../../upgrade/testing/builders.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import type { Mode } from '../mode.ts';
import { controllerRevisions } from '../resources/daemonsets.ts';
import { driverPods as driverPodType } from '../resources/driver-pods.ts';
import { nodes as nodeType, type StoredNode } from '../resources/nodes.ts';
import { workloadPods } from '../resources/workload-pods.ts';
import { aRawDriverPod, aRawNode, aRawPod, aRawRevision, aStoredDaemonSet } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { RecordedEvents, RecordedLog } from '../testing/recorders.ts';
import { Actor } from './actor.ts';
import { DriverPodIndex } from './driver-pod-index.ts';
import { NodeController } from './node-controller.ts';
import { NodeViews } from './node-views.ts';
import { Revisions } from './revisions.ts';
import { StandingReasons } from './standing-reasons.ts';
import { Workloads } from './workloads.ts';

let clock: VirtualClock;
let cluster: TestCluster;
let wire: RecordingCluster;
let log: RecordedLog;
let events: RecordedEvents;
let stop: AbortController;
let mode: Mode;
let known: Map<string, StoredNode>;
let driverPods: DriverPodIndex;
let fleet: Fleet;
/** What the totals were told, by node: whether it has a part in them. */
let decided: { readonly name: string; readonly counts: boolean }[];
let onDecided: (name: string) => void;
let controller: NodeController;

beforeEach(async () => {
  cluster = new TestCluster();
  wire = cluster.wire;
  clock = cluster.clock;
  log = new RecordedLog();
  events = new RecordedEvents();
  stop = new AbortController();
  mode = { kind: 'on', policy: aPolicy() };
  known = new Map();
  driverPods = new DriverPodIndex();
  fleet = new Fleet();
  decided = [];
  onDecided = () => undefined;
  const metrics = createMetrics();
  const world = { cluster: wire, clock, log, events, metrics, signal: stop.signal, random: () => 0 };
  const daemonSet = aStoredDaemonSet();
  const daemonSets = { values: () => [daemonSet] };
  const revisions = new Revisions({
    ...world,
    daemonSets,
    isUnanswered: () => false,
    onKnown: () => undefined,
  });
  const workloads = new Workloads({
    ...world,
    onChange: (node) => {
      controller.touch(node);
    },
  });
  controller = new NodeController({
    ...world,
    nodes: {
      get: (name) => known.get(name),
      observe: (node) => known.set(node.name, node),
    },
    driverPods,
    observePod: () => undefined,
    views: new NodeViews({ daemonSets, driverPods, revisions, workloads }),
    workloads,
    fleet,
    actor: new Actor(world),
    reasons: new StandingReasons(clock),
    mode: () => mode,
    onDecided: (name, view) => {
      decided.push({ name, counts: view !== undefined });
      onDecided(name);
    },
  });
  cluster.create(controllerRevisions, aRawRevision('ds-1', 1, 'new'));
  revisions.see(daemonSet);
  await settled();
  wire.calls.length = 0;
});

afterEach(() => {
  controller.stop();
  stop.abort();
});

const NODE = { name: 'node-1' };

interface Setting {
  readonly driver?: 'up-to-date' | 'outdated' | 'none';
}

/** A node is in the cluster, and is known. Its wait label is right unless another one is given. */
function exists(spec: Parameters<typeof aRawNode>[0] & Setting = {}): void {
  const { driver = 'outdated', name = 'node-1', labels } = spec;
  const wait = { [MOFED_WAIT_LABEL]: driver === 'none' ? 'true' : 'false' };
  const raw = cluster.create(nodeType, aRawNode({ ...spec, labels: { ...wait, ...labels } }));
  known.set(name, nodeType.trim(raw));
  if (driver === 'none') return;
  const pod = { name: `mofed-${name}`, node: name, revision: driver === 'outdated' ? 'old' : 'new' };
  const stored = cluster.create(workloadPods, aRawDriverPod(pod));
  driverPods.apply({ key: pod.name, before: undefined, after: driverPodType.trim(stored) });
}

const pod = (name: string): void => {
  cluster.create(workloadPods, aRawPod({ name }));
};

async function touched(...names: readonly string[]): Promise<void> {
  for (const name of names) controller.touch(name);
  await settled();
}

const labels = (name = 'node-1') => cluster.api.find(nodeType, { name })?.metadata.labels ?? {};
const stateOf = (name = 'node-1'): string | undefined => labels(name)[STATE_LABEL];
const requests = (): readonly string[] =>
  wire.calls.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`.trim());

describe('A node', () => {
  it('is taken from state to state, each by one write, as far as nothing has to be waited for', async () => {
    exists({ state: 'upgrade-done' });
    await touched('node-1');
    expect(requests()).toEqual([
      'patch nodes node-1',
      'patch nodes node-1',
      'patch nodes node-1',
      'patch nodes node-1',
      'watch pods',
      'patch nodes node-1',
      'delete pods mofed-node-1',
      'patch nodes node-1',
    ]);
    expect(events.records.map(({ reason }) => reason)).toEqual([
      'DriverUpgradeRequired',
      'DriverUpgradeStarted',
      'NodeCordoned',
      'NodeDrainStarted',
      'DriverRestart',
    ]);
  });

  describe('among many that need an upgrade', () => {
    const names = Array.from({ length: 100 }, (_, index) => `node-${String(index).padStart(2, '0')}`);
    const among = async (maxParallelUpgrades: number): Promise<void> => {
      mode = { kind: 'on', policy: aPolicy({ maxParallelUpgrades }) };
      for (const name of names) exists({ name, state: 'upgrade-done' });
      wire.before = () =>
        new Promise((resolve) => {
          clock.after(10, resolve);
        });
      await touched(...names);
    };
    const untold = (): readonly string[] => names.filter((name) => stateOf(name) === 'upgrade-done');

    it('is begun with while most are still to be told so, where there is a limit', async () => {
      await among(25);
      await clock.advance(30);
      expect(stateOf('node-00')).toBe('wait-for-jobs-required');
      expect(untold().length).toBeGreaterThan(50);
      await clock.advance(100);
      expect(untold()).toEqual([]);
    });

    it('is told so together with all others where there is none, and all are cordoned before the first is emptied', async () => {
      await among(0);
      await clock.advance(10);
      expect(untold()).toEqual([]);
      await clock.advance(20);
      expect(names.filter((name) => stateOf(name) !== 'wait-for-jobs-required')).toEqual([]);
    });
  });

  it('that nothing is wanted of is not written', async () => {
    exists({ state: 'upgrade-done', driver: 'up-to-date' });
    await touched('node-1');
    await clock.advance(60_000);
    expect(requests()).toEqual([]);
  });

  it('without a driver and a NIC counts for nobody, and is not written', async () => {
    exists({ driver: 'none', labels: { [NIC_PRESENT_LABEL]: 'false' } });
    const node = cluster.change(nodeType, NODE, { metadata: { labels: { [MOFED_WAIT_LABEL]: null } } });
    known.set('node-1', nodeType.trim(node));
    await touched('node-1');
    expect(fleet.size).toBe(0);
    expect(requests()).toEqual([]);
  });

  it('that is gone is forgotten: its part in the totals, its slot, its pods and its timers', async () => {
    exists({ state: 'drain-required', cordoned: true });
    pod('app');
    await touched('node-1');
    expect(wire.watches).toHaveLength(1);
    known.delete('node-1');
    await touched('node-1');
    await settled();
    expect(decided.at(-1)).toEqual({ name: 'node-1', counts: false });
    expect(fleet.size).toBe(0);
    expect(fleet.counts.inProgress).toBe(0);
    expect(wire.watches).toEqual([]);
    expect(clock.pending).toEqual([]);
  });
});

describe('While nothing may be changed', () => {
  it('nothing is, whatever a node needs', async () => {
    mode = { kind: 'hold' };
    exists({ state: 'drain-required', labels: { [MOFED_WAIT_LABEL]: 'wrong' } });
    pod('app');
    await touched('node-1');
    await clock.advance(600_000);
    expect(requests()).toEqual([]);
    expect(decided).toEqual([]);
  });

  it('no slot is granted either', async () => {
    fleet.see('node-2', 'upgrade-required');
    fleet.wish('node-2', 'start');
    mode = { kind: 'hold' };
    exists();
    await touched('node-1');
    expect(fleet.isGranted('node-2')).toBe(false);
  });
});

describe('When the flow is switched off', () => {
  it('a node is handed back in one write', async () => {
    mode = { kind: 'off', driverWanted: true };
    exists({ state: 'drain-required', cordoned: true });
    await touched('node-1');
    expect(requests()).toEqual(['patch nodes node-1']);
    expect(stateOf()).toBeUndefined();
    expect(cluster.api.get(nodeType, NODE)['spec']).toEqual({});
  });

  it('device plugins are told to wait no more where no driver is wanted and none is left', async () => {
    mode = { kind: 'off', driverWanted: false };
    exists({ driver: 'none' });
    await touched('node-1');
    expect(labels()[MOFED_WAIT_LABEL]).toBe('false');
  });

  it('device plugins still wait where a driver is wanted', async () => {
    mode = { kind: 'off', driverWanted: true };
    exists({ driver: 'none' });
    await touched('node-1');
    expect(requests()).toEqual([]);
  });
});

describe('A slot', () => {
  it('is given to as many nodes as the policy says, by name', async () => {
    mode = { kind: 'on', policy: aPolicy({ maxParallelUpgrades: 2 }) };
    const names = ['c', 'a', 'd', 'b'];
    for (const name of names) exists({ name, state: 'upgrade-required' });
    wire.before = ({ verb }) => (verb === 'watch' ? new Promise(() => undefined) : undefined);
    await touched(...names);
    expect(names.filter((name) => stateOf(name) === 'drain-required').sort()).toEqual(['a', 'b']);
    expect(names.filter((name) => stateOf(name) === 'upgrade-required').sort()).toEqual(['c', 'd']);
  });

  it('that a node has no use for after all goes to another one', async () => {
    exists({ name: 'a', state: 'upgrade-required' });
    exists({ name: 'b', state: 'upgrade-required' });
    wire.before = ({ verb }) => (verb === 'watch' ? new Promise(() => undefined) : undefined);
    // Between being let in and starting, somebody labels the node to be skipped.
    onDecided = (name) => {
      const node = known.get(name)!;
      if (name === 'a') known.set(name, { ...node, labels: { ...node.labels, [SKIP_LABEL]: 'true' } });
    };
    await touched('a', 'b');
    expect(stateOf('a')).toBe('upgrade-required');
    expect(stateOf('b')).toBe('drain-required');
    expect(fleet.isGranted('a')).toBe(false);
  });

  it('stays taken while nobody knows whether the node was written', async () => {
    exists({ name: 'a', state: 'upgrade-required' });
    exists({ name: 'b', state: 'upgrade-required' });
    wire.before = ({ name }) =>
      name === 'a' ? Promise.reject(new ApiError('server', 'not now')) : undefined;
    await touched('a', 'b');
    await clock.advance(60_000);
    expect(stateOf('b')).toBe('upgrade-required');
    expect(fleet.isGranted('a')).toBe(true);
  });
});

describe('What a node’s object needs besides the upgrade', () => {
  it('travels in the same write as a change of state', async () => {
    exists({
      state: 'upgrade-done',
      labels: { [MOFED_WAIT_LABEL]: 'true', [SKIP_LABEL]: 'true' },
      annotations: { [LEGACY_STATE_ANNOTATION]: 'x' },
    });
    await touched('node-1');
    expect(requests()).toEqual(['patch nodes node-1']);
    expect(labels()).toMatchObject({ [STATE_LABEL]: 'upgrade-required', [MOFED_WAIT_LABEL]: 'false' });
    expect(cluster.api.get(nodeType, NODE).metadata.annotations).toBeUndefined();
  });

  it('is written by itself where the state stays, without a word to anybody', async () => {
    exists({ state: 'upgrade-done', driver: 'up-to-date', labels: { [MOFED_WAIT_LABEL]: 'true' } });
    await touched('node-1');
    expect(requests()).toEqual(['patch nodes node-1']);
    expect(labels()).toMatchObject({ [STATE_LABEL]: 'upgrade-done', [MOFED_WAIT_LABEL]: 'false' });
    expect(events.records).toEqual([]);
  });
});

describe('Before a driver is reloaded', () => {
  const waiting = { state: 'pod-restart-required', cordoned: true } as const;

  it('the pods on its node are read anew, and then it is', async () => {
    exists(waiting);
    await touched('node-1');
    expect(requests()).toEqual(['list pods', 'delete pods mofed-node-1', 'patch nodes node-1']);
    expect(labels()[MOFED_WAIT_LABEL]).toBe('true');
  });

  it('a pod that this read has found is evicted first', async () => {
    mode = { kind: 'on', policy: aPolicy({ drain: { timeoutSeconds: 0 } }) };
    exists(waiting);
    pod('app');
    await touched('node-1');
    expect(requests()).toEqual(['list pods', 'evict pods/eviction app', 'watch pods']);
  });

  it('a read that fails is made again, and nothing is reloaded meanwhile', async () => {
    exists(waiting);
    wire.before = ({ verb }) =>
      verb === 'list' ? Promise.reject(new ApiError('timeout', 'no answer')) : undefined;
    await touched('node-1');
    expect(requests()).toEqual(['list pods']);
    wire.before = () => undefined;
    await clock.advance(50);
    expect(requests().slice(1)).toEqual(['list pods', 'delete pods mofed-node-1', 'patch nodes node-1']);
  });

  it('its deletion is asked for once, though the watch does not tell of it', async () => {
    exists(waiting);
    await touched('node-1');
    await touched('node-1');
    await clock.advance(60_000);
    expect(requests().filter((request) => request.startsWith('delete'))).toHaveLength(1);
  });

  it('a deletion that fails is asked for again', async () => {
    exists(waiting);
    wire.before = ({ verb }) =>
      verb === 'delete' ? Promise.reject(new ApiError('server', 'not now')) : undefined;
    await touched('node-1');
    wire.before = () => undefined;
    await clock.advance(50);
    expect(requests().filter((request) => request.startsWith('delete'))).toHaveLength(2);
  });
});

describe('A pod that is to leave', () => {
  const draining = { state: 'drain-required', cordoned: true } as const;
  const evictions = (): number => wire.calls.filter(({ verb }) => verb === 'evict').length;

  it('is not asked twice while the answer is on its way', async () => {
    exists(draining);
    pod('app');
    wire.before = ({ verb }) => (verb === 'evict' ? new Promise(() => undefined) : undefined);
    await touched('node-1');
    await touched('node-1');
    await clock.advance(10_000);
    await touched('node-1');
    expect(evictions()).toBe(1);
  });

  it('is asked again, ever more slowly, where a budget has refused it', async () => {
    exists(draining);
    pod('app');
    wire.before = ({ verb }) =>
      verb === 'evict' ? Promise.reject(new ApiError('too-many-requests', 'budget')) : undefined;
    await touched('node-1');
    expect(evictions()).toBe(1);
    await clock.advance(999);
    expect(evictions()).toBe(1);
    await clock.advance(1);
    expect(evictions()).toBe(2);
    await clock.advance(2000);
    expect(evictions()).toBe(3);
    await clock.advance(3999);
    expect(evictions()).toBe(3);
    await clock.advance(1);
    expect(evictions()).toBe(4);
  });

  it('does not hold up the time limit by being slow to answer', async () => {
    exists(draining);
    pod('app');
    wire.before = ({ verb }) => (verb === 'evict' ? new Promise(() => undefined) : undefined);
    await touched('node-1');
    await clock.advance(302_000);
    expect(stateOf()).toBe('upgrade-failed');
  });

  it('does not hold up another one', async () => {
    exists(draining);
    pod('slow');
    pod('quick');
    wire.before = ({ name }) => (name === 'slow' ? new Promise(() => undefined) : undefined);
    await touched('node-1');
    const quick = cluster.api.find(workloadPods, { namespace: 'default', name: 'quick' });
    expect(quick?.metadata.deletionTimestamp).toBeDefined();
  });
});

describe('A node that waits', () => {
  const skipped = { state: 'upgrade-required', labels: { [SKIP_LABEL]: 'true' } } as const;

  it('is told why once it has waited for five seconds, though nothing happens', async () => {
    exists(skipped);
    await touched('node-1');
    await clock.advance(4999);
    expect(requests()).toEqual([]);
    await clock.advance(1);
    expect(requests()).toEqual(['patch nodes node-1']);
    const { annotations = {} } = cluster.api.get(nodeType, NODE).metadata;
    expect(annotations[REASON_ANNOTATION]).toMatch(/^skipped: /);
    expect(events.records).toMatchObject([{ type: 'Warning', reason: 'Skipped' }]);
  });

  it('is told so once, however long it waits', async () => {
    exists(skipped);
    await touched('node-1');
    await clock.advance(3_600_000);
    expect(requests()).toEqual(['patch nodes node-1']);
    expect(clock.pending).toEqual([]);
  });
});

describe('A write that fails', () => {
  it('is made again after a while, and other nodes are not concerned', async () => {
    exists({ name: 'bad', state: 'upgrade-done', labels: { [SKIP_LABEL]: 'true' } });
    exists({ name: 'good', state: 'upgrade-done', labels: { [SKIP_LABEL]: 'true' } });
    wire.before = ({ name }) =>
      name === 'bad' ? Promise.reject(new ApiError('server', 'not now')) : undefined;
    await touched('bad', 'good');
    expect(stateOf('good')).toBe('upgrade-required');
    expect(stateOf('bad')).toBe('upgrade-done');
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: 'node could not be handled: trying again', fields: { node: 'bad', retryInMs: 50 } },
    ]);
    wire.before = () => undefined;
    await clock.advance(50);
    expect(stateOf('bad')).toBe('upgrade-required');
  });

  it('because the node is another by now leads to a decision about what it is', async () => {
    exists({ state: 'upgrade-done', labels: { [SKIP_LABEL]: 'true' } });
    // Another operator was quicker, and the watch has not told of it yet.
    cluster.change(nodeType, NODE, { metadata: { labels: { [STATE_LABEL]: 'upgrade-required' } } });
    await touched('node-1');
    expect(requests()).toEqual(['patch nodes node-1', 'get nodes node-1']);
    expect(stateOf()).toBe('upgrade-required');
    expect(fleet.states).toEqual(new Map([['upgrade-required', 1]]));
  });
});

describe('Once it is stopped', () => {
  it('nothing is done about any node', async () => {
    exists();
    controller.stop();
    await touched('node-1');
    await clock.advance(60_000);
    expect(requests()).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../cluster/errors.ts';
import type { Call } from '../cluster/intercepted-cluster.ts';
import type { RawObject } from '../cluster/memory/api/types.ts';
import type { Machines } from '../cluster/memory/machines/index.ts';
import { settled, type VirtualClock } from '../cluster/memory/virtual-clock.ts';
import {
  DRIVER_LABEL,
  MOFED_WAIT_LABEL,
  NIC_PRESENT_LABEL,
  POLICY_NAME,
  STATE_LABEL,
} from '../contract/keys.ts';
import type { PolicyStatus } from '../contract/status.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { daemonSets } from './resources/daemonsets.ts';
import { nodes } from './resources/nodes.ts';
import { policies } from './resources/objects.ts';
import { workloadPods } from './resources/workload-pods.ts';
import { runOperator } from './run.ts';
import { aRawNode, aRawPolicy, aRawReplicaSet, NAMESPACE } from './testing/builders.ts';
import { RecordedLog } from './testing/recorders.ts';
import type { RecordingCluster } from './testing/recording-cluster.ts';
import { TestCluster } from './testing/test-cluster.ts';

const REPLICA_SETS = { group: 'apps', plural: 'replicasets' };
const NODE = { name: 'node-1' };
const POLICY = { name: POLICY_NAME };
const MINUTE = 60_000;
const OLD = '23.10-0.5.5.0.1';
const NEW = '24.01-0.3.3.1-0';

let clock: VirtualClock;
let cluster: TestCluster;
let wire: RecordingCluster;
let machines: Machines;
/** Every Event there has been, in order. */
let events: RawObject[];
let log: RecordedLog;
let stop: AbortController;
let running: Promise<void>;
let ready: number;

beforeEach(() => {
  cluster = new TestCluster();
  wire = cluster.wire;
  clock = cluster.clock;
  events = [];
  cluster.api.onChange(({ resource, before, after }) => {
    if (resource.kind === 'Event' && before === undefined && after !== undefined) events.push(after);
  });
  log = new RecordedLog();
  stop = new AbortController();
  running = Promise.resolve();
  ready = 0;
});

afterEach(async () => {
  await stopped();
});

interface Setting {
  readonly nodes?: readonly string[];
  readonly maxParallelUpgrades?: number;
  /** How long a pod takes to leave, in milliseconds. */
  readonly podStop?: number;
}

const upgradePolicy = (maxParallelUpgrades = 1): Readonly<Record<string, unknown>> => ({
  upgradePolicy: { autoUpgrade: true, maxParallelUpgrades, drain: { enable: true } },
});

/** A cluster whose nodes run the old driver, with one pod on each, and nothing left to do. */
async function upAndRunning(setting: Setting = {}): Promise<void> {
  const { nodes: names = ['node-1'], maxParallelUpgrades, podStop = 500 } = setting;
  machines = cluster.start({ driverStart: 3000, driverStop: 1000, podStop });
  for (const name of names) {
    cluster.create(nodes, aRawNode({ name }));
    cluster.create(REPLICA_SETS, aRawReplicaSet(`app-on-${name}`, name));
  }
  cluster.create(policies, aRawPolicy({ version: OLD, driver: upgradePolicy(maxParallelUpgrades) }));
  start();
  await clock.advance(MINUTE);
  wire.calls.length = 0;
}

function start(signal = fresh()): void {
  running = runOperator(
    {
      cluster: wire,
      clock,
      log,
      metrics: createMetrics(),
      namespace: NAMESPACE,
      initImage: 'ofed-operator:1',
      identity: 'operator-0',
      random: () => 0,
      onReady: () => (ready += 1),
    },
    signal,
  );
}

function fresh(): AbortSignal {
  stop = new AbortController();
  return stop.signal;
}

async function stopped(): Promise<void> {
  stop.abort();
  await clock.advance(5000);
  await running;
}

/** Somebody writes another version into the policy. */
function want(version: string): void {
  cluster.change(policies, POLICY, { spec: { ofedDriver: { version } } });
}

const labelOf = (label: string, name = 'node-1'): string | undefined =>
  cluster.api.find(nodes, { name })?.metadata.labels?.[label];
const stateOf = (name?: string): string | undefined => labelOf(STATE_LABEL, name);
const isCordoned = (name = 'node-1'): boolean => nodes.trim(cluster.api.get(nodes, { name })).unschedulable;
const status = (): PolicyStatus => cluster.api.get(policies, POLICY)['status'] as PolicyStatus;

/** Every value that a node's label takes from now on, in order. */
function follow(label: string, node = 'node-1'): readonly string[] {
  const values: string[] = [];
  let last = labelOf(label, node) ?? '';
  cluster.api.onChange(({ resource, after }) => {
    if (resource.plural !== 'nodes' || after?.metadata.name !== node) return;
    const value = after.metadata.labels?.[label] ?? '';
    if (value !== last) values.push(value);
    last = value;
  });
  return values;
}

/** What was asked of the API server for the sake of nodes, besides telling people. */
function work(): readonly string[] {
  const counts = new Map<string, number>();
  for (const request of wire.calls.filter(isForNodes)) {
    const key = `${request.verb} ${request.resource}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${count} ${key}`).sort();
}

function isForNodes({ resource, query }: Call): boolean {
  return resource === 'nodes' || (resource.startsWith('pods') && query?.labelSelector === undefined);
}

/** The reasons of the events that were written about an object. */
function eventsOn(kind: string): readonly string[] {
  return events
    .filter((event) => (event['involvedObject'] as { kind: string }).kind === kind)
    .map((event) => event['reason'] as string);
}

const FLOW = [
  'upgrade-required',
  'cordon-required',
  'wait-for-jobs-required',
  'drain-required',
  'pod-restart-required',
  'uncordon-required',
  'upgrade-done',
];

describe('A new cluster', () => {
  it('gets the driver, and its node is done as soon as the driver is Ready', async () => {
    const states = follow(STATE_LABEL);
    const waits = follow(MOFED_WAIT_LABEL);
    await upAndRunning();
    expect(states).toEqual(['upgrade-done']);
    expect(waits).toEqual(['true', 'false']);
    expect(status()).toMatchObject({
      state: 'ready',
      upgrade: { progress: '1/1', targetVersion: OLD },
    });
    expect(ready).toBe(1);
  });

  it('is asked for nothing any more once there is nothing to do', async () => {
    await upAndRunning();
    await clock.advance(60 * MINUTE);
    expect(wire.calls).toEqual([]);
    expect(clock.pending).toEqual([]);
  });
});

describe('A changed version', () => {
  it('takes the node through every state, in order, and leaves it as it was', async () => {
    await upAndRunning();
    const states = follow(STATE_LABEL);
    const waits = follow(MOFED_WAIT_LABEL);
    want(NEW);
    await clock.advance(MINUTE);
    expect(states).toEqual(FLOW);
    expect(waits).toEqual(['true', 'false']);
    expect(isCordoned()).toBe(false);
    expect(cluster.api.get(nodes, NODE).metadata.annotations).toBeUndefined();
    expect(status()).toMatchObject({ state: 'ready', upgrade: { progress: '1/1', targetVersion: NEW } });
  });

  it('costs the node a write for each state and one for its wait label, one stream and one deletion', async () => {
    await upAndRunning();
    want(NEW);
    await clock.advance(MINUTE);
    expect(work()).toEqual(['1 delete pods', '1 evict pods/eviction', '1 watch pods', '8 patch nodes']);
  });

  it('costs it one read more where its pods took longer than two seconds to leave', async () => {
    await upAndRunning({ podStop: 3000 });
    want(NEW);
    await clock.advance(MINUTE);
    expect(stateOf()).toBe('upgrade-done');
    expect(work()).toEqual([
      '1 delete pods',
      '1 evict pods/eviction',
      '1 list pods',
      '1 watch pods',
      '8 patch nodes',
    ]);
  });

  it('has the driver reloaded only on a cordoned node that the other pods have left', async () => {
    await upAndRunning();
    const seen: { readonly cordoned: boolean; readonly pods: number }[] = [];
    wire.before = ({ verb, resource }) => {
      if (verb !== 'delete' || resource !== 'pods') return undefined;
      const pods = cluster.api
        .list(workloadPods, { fieldSelector: 'spec.nodeName=node-1' })
        .filter(({ metadata }) => metadata.labels?.[DRIVER_LABEL] === undefined);
      seen.push({ cordoned: isCordoned(), pods: pods.length });
      return undefined;
    };
    want(NEW);
    await clock.advance(MINUTE);
    expect(seen).toEqual([{ cordoned: true, pods: 0 }]);
  });

  it('has the pods read once more where the node was schedulable in between, however short', async () => {
    await upAndRunning();
    want(NEW);
    await clock.advance(200);
    expect(stateOf()).toBe('drain-required');
    for (const unschedulable of [null, true]) cluster.change(nodes, NODE, { spec: { unschedulable } });
    await clock.advance(MINUTE);
    expect(stateOf()).toBe('upgrade-done');
    expect(work()).toContain('1 list pods');
  });

  it('is told step by step by the events of the node', async () => {
    await upAndRunning();
    const before = eventsOn('Node').length;
    want(NEW);
    await clock.advance(MINUTE);
    expect(eventsOn('Node').slice(before)).toEqual([
      'DriverUpgradeRequired',
      'DriverUpgradeStarted',
      'NodeCordoned',
      'NodeDrainStarted',
      'DriverRestart',
      'DriverReady',
      'DriverUpgradeDone',
    ]);
  });

  it('is never called done by the status before the nodes have been looked at anew', async () => {
    await upAndRunning();
    const said: string[] = [];
    cluster.api.onChange(({ resource, after }) => {
      const now = after?.['status'] as PolicyStatus | undefined;
      if (resource.plural === policies.plural && now?.upgrade?.targetVersion === NEW)
        said.push(now.state ?? '');
    });
    want(NEW);
    await clock.advance(MINUTE);
    expect(said.slice(0, -1)).not.toContain('ready');
    expect(said.at(-1)).toBe('ready');
  });

  it('is watched through the streams that there are: no stream is left open on a node’s pods', async () => {
    await upAndRunning();
    const before = wire.watches.length;
    want(NEW);
    await clock.advance(MINUTE);
    expect(wire.watches).toHaveLength(before);
  });
});

describe('A fleet', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];

  it('is upgraded with as many nodes at once as the policy says, and never more', async () => {
    await upAndRunning({ nodes: names, maxParallelUpgrades: 2 });
    let most = 0;
    cluster.api.onChange(() => {
      const busy = names.filter(
        (name) => !['upgrade-done', 'upgrade-required'].includes(stateOf(name) ?? ''),
      );
      most = Math.max(most, busy.length);
    });
    want(NEW);
    await clock.advance(2 * MINUTE);
    expect(names.map((name) => stateOf(name))).toEqual(names.map(() => 'upgrade-done'));
    expect(status().upgrade?.progress).toBe('5/5');
    expect(most).toBe(2);
  });

  it('is upgraded all but the node that cannot be written', async () => {
    await upAndRunning({ nodes: names, maxParallelUpgrades: 2 });
    wire.before = ({ verb, name }) =>
      verb === 'patch' && name === 'b' ? Promise.reject(new ApiError('server', 'not now')) : undefined;
    want(NEW);
    await clock.advance(3 * MINUTE);
    expect(names.map((name) => stateOf(name))).toEqual(names.map(() => 'upgrade-done'));
    expect(status()).toMatchObject({ state: 'notReady', upgrade: { progress: '4/5' } });
    wire.before = () => undefined;
    await clock.advance(2 * MINUTE);
    expect(status()).toMatchObject({ state: 'ready', upgrade: { progress: '5/5' } });
  });

  it('goes on when a node is deleted in the middle, and the policy tells of it', async () => {
    await upAndRunning({ nodes: names });
    want(NEW);
    await clock.advance(1500);
    expect(stateOf('a')).not.toBe('upgrade-required');
    cluster.remove(nodes, { name: 'a' });
    await clock.advance(2 * MINUTE);
    expect(names.slice(1).map((name) => stateOf(name))).toEqual(names.slice(1).map(() => 'upgrade-done'));
    expect(eventsOn('NicClusterPolicy')).toEqual([
      'RolloutStarted',
      'NodeDeletedDuringUpgrade',
      'RolloutFinished',
    ]);
  });
});

describe('An operator that is started in the middle of an upgrade', () => {
  it.each([0, 250, 1200, 3000])('goes on where the other one was, after %i ms', async (moment) => {
    await upAndRunning();
    const states = follow(STATE_LABEL);
    want(NEW);
    await clock.advance(moment);
    await stopped();
    start();
    await clock.advance(MINUTE);
    expect(states).toEqual(FLOW);
    expect(isCordoned()).toBe(false);
  });

  it('does nothing where there is nothing to do', async () => {
    await upAndRunning();
    await stopped();
    wire.calls.length = 0;
    start();
    await clock.advance(MINUTE);
    expect(wire.calls.filter(({ verb }) => verb !== 'list' && verb !== 'watch')).toEqual([]);
  });
});

describe('A label that is no upgrade state', () => {
  it('is taken for none, and told once for each value that appears', async () => {
    await upAndRunning();
    const write = (value: string): void => {
      cluster.change(nodes, NODE, { metadata: { labels: { [STATE_LABEL]: value } } });
    };
    write('of-another-age');
    await clock.advance(MINUTE);
    expect(stateOf()).toBe('upgrade-done');
    expect(eventsOn('Node').filter((reason) => reason === 'UnknownUpgradeState')).toHaveLength(1);
    expect(log.messages('warn')).toEqual(['label is no upgrade state: taken for none']);
  });
});

describe('Before everything has been read', () => {
  it('nothing is written, and it is not ready', async () => {
    cluster.create(nodes, aRawNode());
    cluster.create(policies, aRawPolicy({ driver: upgradePolicy() }));
    wire.before = ({ verb, resource }) =>
      verb === 'list' && resource === 'configmaps' ? new Promise(() => undefined) : undefined;
    start();
    await clock.advance(MINUTE);
    expect(wire.calls.filter(({ verb }) => verb !== 'list' && verb !== 'watch')).toEqual([]);
    expect(ready).toBe(0);
  });
});

describe('A policy', () => {
  it('that cannot be used changes nothing on any node, and says why', async () => {
    await upAndRunning();
    // The longest key that a label may have is 63 characters long, which the API server does not check.
    const waitForCompletion = { podSelector: 'a'.repeat(64) };
    cluster.change(policies, POLICY, {
      spec: { ofedDriver: { version: NEW, upgradePolicy: { waitForCompletion } } },
    });
    await clock.advance(MINUTE);
    expect(work()).toEqual([]);
    expect(stateOf()).toBe('upgrade-done');
    expect(status()).toMatchObject({ state: 'error' });
    expect(status().reason).toContain('waitForCompletion.podSelector is not valid');
  });

  it('that is deleted in the middle of a drain hands the node back', async () => {
    await upAndRunning({ podStop: 10_000 });
    want(NEW);
    await clock.advance(3000);
    expect(stateOf()).toBe('drain-required');
    expect(isCordoned()).toBe(true);
    cluster.remove(policies, POLICY);
    await clock.advance(1000);
    expect(stateOf()).toBeUndefined();
    expect(isCordoned()).toBe(false);
  });

  it('is set right where somebody edits the driver’s DaemonSet by hand', async () => {
    await upAndRunning();
    const [daemonSet] = cluster.api.list(daemonSets);
    cluster.change(daemonSets, daemonSet!.metadata, { spec: { updateStrategy: { type: 'RollingUpdate' } } });
    await clock.advance(MINUTE);
    const [now] = cluster.api.list(daemonSets);
    expect(now!['spec']).toEqual(daemonSet!['spec']);
  });
});

describe('A DaemonSet', () => {
  it('whose last node has lost its labels is kept until the driver has left that node', async () => {
    await upAndRunning();
    machines.holdTermination('node-1', true);
    cluster.change(nodes, NODE, { metadata: { labels: { [NIC_PRESENT_LABEL]: 'false' } } });
    await clock.advance(MINUTE);
    expect(cluster.api.list(daemonSets)).toHaveLength(1);
    machines.holdTermination('node-1', false);
    await clock.advance(MINUTE);
    expect(cluster.api.list(daemonSets)).toEqual([]);
  });
});

describe('When the operator is told to end', () => {
  it('it does, and complains of nothing that it was in the middle of', async () => {
    await upAndRunning();
    const pending: Call[] = [];
    wire.before = (request) => {
      if (request.verb !== 'patch') return undefined;
      pending.push(request);
      return new Promise(() => undefined);
    };
    want(NEW);
    await clock.advance(2000);
    expect(pending.map(({ resource }) => resource).sort()).toEqual(['nicclusterpolicies/status', 'nodes']);
    const before = log.lines.length;
    await stopped();
    await settled();
    expect(wire.watches).toEqual([]);
    expect(log.lines.slice(before).filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('it has nothing to do if it is told so before it begins', async () => {
    cluster.create(nodes, aRawNode());
    stop.abort();
    start(stop.signal);
    await clock.advance(MINUTE);
    await running;
    expect(wire.calls).toEqual([]);
    expect(ready).toBe(0);
  });

  it('it does, too, before it has read everything', async () => {
    wire.before = () => new Promise(() => undefined);
    start();
    await clock.advance(1000);
    await stopped();
    expect(ready).toBe(0);
    expect(wire.watches).toEqual([]);
  });
});

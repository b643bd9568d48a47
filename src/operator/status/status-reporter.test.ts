import { beforeEach, describe, expect, it } from 'vitest';
import { settled, type VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import type { NodeState } from '../../contract/states.ts';
import type { PolicyStatus } from '../../contract/status.ts';
import { Fleet } from '../../upgrade/fleet.ts';
import { exampleOf } from '../../reasons/index.ts';
import { idle, waiting } from '../../upgrade/decision.ts';
import { aNode } from '../../upgrade/testing/builders.ts';
import { DriverSync } from '../driver/driver-sync.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { Revisions } from '../nodes/revisions.ts';
import { StandingReasons } from '../nodes/standing-reasons.ts';
import { ActivePolicy } from '../policy.ts';
import { controllerRevisions, type StoredDaemonSet } from '../resources/daemonsets.ts';
import type { StoredObject } from '../resources/objects.ts';
import { aRawRevision, aStoredDaemonSet, aStoredPolicy, NAMESPACE } from '../testing/builders.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { readSeries, RecordedLog } from '../testing/recorders.ts';
import { RolloutFigures } from './rollout-figures.ts';
import { StatusReporter } from './status-reporter.ts';
import { Tally } from './tally.ts';

const DRIVER = { upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: 4 } };

let clock: VirtualClock;
let cluster: TestCluster;
let policies: StoredObject[];
let daemonSets: StoredDaemonSet[];
let revisions: Revisions;
let driverSync: DriverSync;
let fleet: Fleet;
let tally: Tally;
let reasons: StandingReasons;
let rollout: RolloutFigures;
let metrics: Metrics;
let reporter: StatusReporter;

beforeEach(async () => {
  cluster = new TestCluster();
  clock = cluster.clock;
  policies = [aStoredPolicy({ driver: DRIVER })];
  daemonSets = [];
  const world = {
    cluster: cluster.wire,
    clock,
    log: new RecordedLog(),
    signal: new AbortController().signal,
  };
  const live = { values: () => daemonSets };
  revisions = new Revisions({
    ...world,
    daemonSets: live,
    isUnanswered: () => false,
    onKnown: () => undefined,
  });
  driverSync = new DriverSync({
    ...world,
    namespace: NAMESPACE,
    initImage: 'image',
    shelves: new Map(),
    policy: () => undefined,
    pools: () => [],
    configMaps: () => new Map(),
    hasPods: () => false,
    onAnswered: () => undefined,
    onProblems: () => undefined,
  });
  fleet = new Fleet();
  tally = new Tally();
  reasons = new StandingReasons(clock);
  rollout = new RolloutFigures(clock);
  metrics = createMetrics();
  reporter = makeReporter();
  driverSync.touch();
  await clock.advance(100);
});

function makeReporter(): StatusReporter {
  return new StatusReporter({
    policy: new ActivePolicy((name) => policies.find((each) => each.name === name)),
    policies: { values: () => policies },
    daemonSets: { values: () => daemonSets },
    revisions,
    driverSync,
    fleet,
    tally,
    rollout,
    reasons,
    metrics,
    clock,
  });
}

async function daemonSet(desired: number, uid: string): Promise<void> {
  const made = aStoredDaemonSet({ uid, name: uid, desired });
  cluster.create(controllerRevisions, aRawRevision(uid, 1, 'aaa'));
  daemonSets.push(made);
  revisions.see(made);
  await settled();
}

function upToDate(...names: readonly string[]): void {
  for (const name of names) {
    fleet.see(name, 'upgrade-done');
    tally.note(name, aNode({ state: 'upgrade-done' }), idle);
  }
}

const statusOf = (name = 'nic-cluster-policy'): PolicyStatus | undefined =>
  reporter.compute().find(({ policy }) => policy.name === name)?.status;

describe('The status of the policy that counts', () => {
  it('is put together from the DaemonSets’ counts and what the nodes are', async () => {
    await daemonSet(2, 'a');
    await daemonSet(1, 'b');
    upToDate('n1', 'n2');
    expect(statusOf()).toMatchObject({
      state: 'notReady',
      reason: '2 of 3 driver pods are up to date and Ready',
    });
    upToDate('n3');
    expect(statusOf()).toMatchObject({ state: 'ready', observedGeneration: 1, upgrade: { progress: '3/3' } });
  });

  it('does not take the driver of a node that is not heard of for one that is missing elsewhere', async () => {
    await daemonSet(2, 'a');
    upToDate('n1');
    const notReadySince = clock.now();
    const silent = aNode({ state: 'upgrade-done', notReadySince });
    const lagging = aNode({ state: 'upgrade-done', driver: 'starting' });
    tally.note('silent', silent, idle);
    for (const name of ['silent', 'n2']) fleet.see(name, 'upgrade-done');
    const reason = '1 of 2 driver pods are up to date and Ready';
    expect(statusOf()).toMatchObject({ state: 'notReady', reason, upgrade: { done: 2 } });
    tally.note('n2', lagging, idle);
    expect(statusOf()).toMatchObject({ state: 'notReady', reason });
    upToDate('n2');
    expect(statusOf()?.state).toBe('ready');
  });

  it('counts the driver of a node that would get none any more, as long as it is there', async () => {
    await daemonSet(1, 'a');
    upToDate('n1');
    fleet.see('tainted', 'upgrade-done');
    tally.note('tainted', aNode({ state: 'upgrade-done', driver: 'starting' }), idle);
    expect(statusOf()).toMatchObject({
      state: 'notReady',
      reason: '1 of 2 driver pods are up to date and Ready',
    });
    const notReadySince = clock.now();
    tally.note('tainted', aNode({ state: 'upgrade-done', driver: 'starting', notReadySince }), idle);
    expect(statusOf()?.state).toBe('ready');
  });

  it('waits for the DaemonSet controller as long as one of its revisions is not known', async () => {
    await daemonSet(1, 'a');
    upToDate('n1');
    daemonSets.push(aStoredDaemonSet({ uid: 'b', generation: 2, observedGeneration: 1 }));
    expect(statusOf()?.reason).toBe('Waiting for the DaemonSet controller');
  });

  it('waits, too, as long as the driver’s objects are being looked at', async () => {
    await daemonSet(1, 'a');
    upToDate('n1');
    expect(statusOf()?.state).toBe('ready');
    driverSync.touch();
    expect(statusOf()?.state).toBe('notReady');
  });

  it('says why it cannot be used', () => {
    policies = [aStoredPolicy({ driver: { upgradePolicy: { maxParallelUpgrades: -1 } } })];
    expect(statusOf()).toMatchObject({
      state: 'error',
      reason: expect.stringContaining('maxParallelUpgrades') as unknown,
    });
  });

  it('has since when a node has been held up', async () => {
    const reason = { code: 'skipped' } as const;
    reasons.note({ name: 'n1', annotations: {} }, reason);
    fleet.see('n1', 'upgrade-required');
    tally.note('n1', aNode({ state: 'upgrade-required' }), waiting(reason));
    await clock.advance(60_000);
    const since = `${new Date(clock.now() - 60_000).toISOString().slice(0, 19)}Z`;
    expect(statusOf()?.upgrade?.blocked).toMatchObject([{ node: 'n1', code: 'skipped', since }]);
  });

  it('keeps the times of the conditions that it has', async () => {
    await daemonSet(1, 'a');
    upToDate('n1');
    const before = statusOf();
    policies = [aStoredPolicy({ driver: DRIVER, status: before })];
    await clock.advance(60_000);
    expect(statusOf()).toEqual(before);
  });
});

describe('What a rollout has cost', () => {
  const cordoned = { state: 'drain-required', cordoned: true } as const;
  const drained = (name: string): void => {
    fleet.see(name, 'drain-required');
    tally.note(name, aNode(cordoned), idle);
    rollout.note(name, aNode(cordoned));
  };
  const asWritten = (): PolicyStatus | undefined => {
    const status = statusOf();
    policies = [aStoredPolicy({ driver: DRIVER, status })];
    return status;
  };

  it('is brought up to date together with other news, and is no news by itself', async () => {
    await daemonSet(3, 'a');
    drained('n1');
    expect(asWritten()?.upgrade).toMatchObject({ nodeSecondsOutOfService: 0, podsEvicted: 0 });
    await clock.advance(10_000);
    rollout.noteEviction();
    expect(asWritten()?.upgrade).toMatchObject({ nodeSecondsOutOfService: 0, podsEvicted: 0 });
    upToDate('n2');
    expect(asWritten()?.upgrade).toMatchObject({ nodeSecondsOutOfService: 10, podsEvicted: 1 });
  });

  it('goes on where the operator before has left off, and so does the time for which nodes have waited', async () => {
    await daemonSet(3, 'a');
    drained('n1');
    const reason = exampleOf('eviction-blocked');
    tally.note('n1', aNode(cordoned), waiting(reason));
    reasons.note({ name: 'n1', annotations: {} }, reason);
    await clock.advance(60_000);
    rollout.noteEviction();
    const before = asWritten()?.upgrade;
    rollout = new RolloutFigures(clock);
    reasons = new StandingReasons(clock);
    await clock.advance(1000);
    reporter = makeReporter();
    reporter.resume();
    reasons.note({ name: 'n1', annotations: {} }, reason);
    expect(asWritten()?.upgrade).toEqual(before);
  });
});

describe('The status of every other policy', () => {
  it('says that it is ignored', () => {
    policies.push(aStoredPolicy({ name: 'mine', generation: 4 }));
    expect(statusOf('mine')).toEqual({
      observedGeneration: 4,
      state: 'ignore',
      reason: 'Only the NicClusterPolicy named nic-cluster-policy counts; this one is ignored',
    });
  });
});

describe('The figures', () => {
  it('go with the status', async () => {
    await daemonSet(1, 'a');
    upToDate('n1');
    fleet.see('n2', 'drain-required');
    reporter.compute();
    expect(await readSeries(metrics, 'ofed_operator_nodes{state="drain-required"}')).toBe(1);
    expect(await readSeries(metrics, 'ofed_operator_nodes{state="upgrade-done"}')).toBe(1);
    expect(await readSeries(metrics, 'ofed_operator_max_parallel_upgrades')).toBe(4);
    expect(await readSeries(metrics, 'ofed_operator_policy_state{state="notReady"}')).toBe(1);
    expect(await readSeries(metrics, 'ofed_operator_auto_upgrade')).toBe(1);
  });

  it('say since when a reason has held up some node, apart from those that have failed', async () => {
    const heldUpSince = (code: string) => {
      reporter.compute();
      return readSeries(metrics, `ofed_operator_held_up_since_timestamp_seconds{reason="${code}"}`);
    };
    const reason = exampleOf('eviction-blocked');
    const hold = (name: string, state: NodeState = 'drain-required'): void => {
      reasons.note({ name, annotations: {} }, reason);
      tally.note(name, aNode({ state }), waiting(reason));
    };
    expect(await heldUpSince('eviction-blocked')).toBe(0);
    const first = clock.now() / 1000;
    hold('n1');
    await clock.advance(60_000);
    hold('n2');
    expect(await heldUpSince('eviction-blocked')).toBe(first);
    hold('n1', 'upgrade-failed');
    expect(await heldUpSince('eviction-blocked')).toBe(first + 60);
    tally.note('n2', undefined, undefined);
    expect(await heldUpSince('eviction-blocked')).toBe(0);
  });

  it('say nothing of a policy that is gone', async () => {
    await daemonSet(1, 'a');
    upToDate('n1');
    reporter.compute();
    expect(await readSeries(metrics, 'ofed_operator_policy_state{state="ready"}')).toBe(1);
    policies = [];
    reporter.compute();
    for (const series of ['policy_state{state="ready"}', 'rollout_nodes{is="total"}', 'auto_upgrade'])
      expect(await readSeries(metrics, `ofed_operator_${series}`), series).toBe(0);
  });
});

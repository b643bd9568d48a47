import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { UPGRADE_STATES } from '../../contract/states.ts';
import { policies } from '../../operator/resources/objects.ts';
import { nodes } from '../../operator/resources/nodes.ts';
import { runOperator } from '../../operator/run.ts';
import { aRawNode, aRawPolicy, NAMESPACE } from '../../operator/testing/builders.ts';
import { RecordedLog } from '../../operator/testing/recorders.ts';
import { TestCluster } from '../../operator/testing/test-cluster.ts';
import { createMetrics } from '../../operator/telemetry/metrics.ts';
import { exampleOf } from '../../reasons/index.ts';
import { TestFleet } from '../testing/test-fleet.ts';
import type { FleetChange } from '../wire.ts';
import { FleetFeed } from './feed.ts';

let clock: VirtualClock;
let feed: FleetFeed;
let fleet: TestFleet;
let told: FleetChange[];
let ended: number;

const listener = {
  changed: (change: FleetChange) => {
    told.push(change);
  },
  ended: () => {
    ended += 1;
  },
};

beforeEach(() => {
  clock = new VirtualClock();
  feed = new FleetFeed(clock);
  fleet = new TestFleet(feed);
  told = [];
  ended = 0;
});

const namesOf = ({ nodes: records }: Pick<FleetChange, 'nodes'>): readonly string[] =>
  records.map(({ name }) => name);

describe('What is told of a fleet', () => {
  it('is told together, at most four times a second, and only of the nodes that it is about', async () => {
    feed.leads(fleet);
    for (const name of ['n1', 'n2', 'n3']) fleet.set(name, { state: 'upgrade-required' });
    feed.subscribe(listener);
    for (const state of ['cordon-required', 'wait-for-jobs-required', 'drain-required'] as const) {
      fleet.set('n2', { state });
      await clock.advance(50);
    }
    expect(told).toEqual([]);
    await clock.advance(100);
    expect(told.map(namesOf)).toEqual([['n2']]);
    expect(told[0]?.nodes[0]).toMatchObject({ state: 'drain-required', cordoned: true, zone: 'zone-a' });
    await clock.advance(10_000);
    expect(told).toHaveLength(1);
  });

  it('costs nothing while nobody listens', async () => {
    feed.leads(fleet);
    fleet.set('n1', { state: 'upgrade-required' });
    expect(clock.pending).toEqual([]);
    const unsubscribe = feed.subscribe(listener);
    unsubscribe();
    fleet.set('n1', { state: 'drain-required' });
    await clock.advance(1000);
    expect([told, clock.pending]).toEqual([[], []]);
  });

  it('is about a node that no driver is made for as long as that is told to be so', () => {
    feed.leads(fleet);
    const reason = exampleOf('no-driver-pool');
    fleet.set('n1', { state: 'none', driverless: true, reason });
    fleet.set('n2', { state: 'none', driverless: true });
    expect(feed.snapshot()?.nodes).toMatchObject([{ name: 'n1', code: 'no-driver-pool' }]);
    expect(feed.story('n1')?.reason).toMatchObject({ code: 'no-driver-pool' });
    fleet.set('n1', { state: 'none', driverless: true });
    expect(feed.snapshot()?.nodes).toEqual([]);
  });

  it('says when a node is gone', async () => {
    feed.leads(fleet);
    fleet.set('n1', { state: 'upgrade-required' });
    feed.subscribe(listener);
    fleet.delete('n1');
    await clock.advance(250);
    expect(told).toMatchObject([{ nodes: [], gone: ['n1'] }]);
    expect(feed.snapshot()?.nodes).toEqual([]);
    expect(feed.story('n1')).toBeUndefined();
  });

  it('ends when another leads, and begins anew when this one leads again', () => {
    feed.leads(fleet);
    fleet.set('n1', { state: 'drain-required' });
    feed.subscribe(listener);
    feed.standsBy(undefined);
    feed.standsBy('operator-1');
    expect(ended).toBe(1);
    expect(feed.role).toEqual({ kind: 'standby', leader: 'operator-1' });
    expect(feed.snapshot()).toBeUndefined();
    fleet.set('n1', { state: 'upgrade-done' });
    feed.leads(fleet);
    expect(feed.snapshot()?.nodes).toEqual([]);
    fleet.set('n1', { state: 'upgrade-done' });
    expect(feed.snapshot()?.nodes).toMatchObject([{ name: 'n1', phases: [[expect.any(Number), 0]] }]);
  });
});

describe('The story of a node', () => {
  it('tells what it waits for, what can be done, and what happens next', () => {
    feed.leads(fleet);
    const reason = exampleOf('eviction-blocked');
    fleet.set('n1', { state: 'drain-required', reason, since: clock.now() });
    expect(feed.story('n1')).toMatchObject({
      record: { name: 'n1', code: 'eviction-blocked', severity: 'blocked' },
      reason: {
        title: 'An eviction is refused',
        remedy: { commands: expect.arrayContaining([expect.stringMatching(/^kubectl /)]) as string[] },
      },
      cordonedBy: 'upgrade',
      driverPods: [{ name: 'mofed-n1', says: 'outdated' }],
    });
  });
});

describe('With an operator at work', () => {
  it('knows every phase of every node of a rollout, and of the next one only that', async () => {
    const cluster = new TestCluster();
    const started = (feed = new FleetFeed(cluster.clock));
    cluster.start({ driverStart: 3000, driverStop: 1000, podStop: 500 });
    for (const name of ['node-1', 'node-2']) cluster.create(nodes, aRawNode({ name }));
    const upgradePolicy = { autoUpgrade: true, maxParallelUpgrades: 1, drain: { enable: true } };
    cluster.create(policies, aRawPolicy({ version: '23.10-0.5.5.0.1', driver: { upgradePolicy } }));
    const stop = new AbortController();
    const running = runOperator(
      {
        ...{ cluster: cluster.wire, clock: cluster.clock, log: new RecordedLog(), metrics: createMetrics() },
        ...{ namespace: NAMESPACE, initImage: 'ofed-operator:1', identity: 'operator-0', random: () => 0 },
        observer: started,
      },
      stop.signal,
    );
    const upgrade = async (version: string): Promise<void> => {
      cluster.change(policies, { name: 'nic-cluster-policy' }, { spec: { ofedDriver: { version } } });
      await cluster.clock.advance(60_000);
    };
    await cluster.clock.advance(60_000);
    await upgrade('24.01-0.3.3.1-0');
    const states = ['upgrade-required', 'cordon-required', 'wait-for-jobs-required', 'drain-required'];
    const all = [...states, 'pod-restart-required', 'uncordon-required', 'upgrade-done'];
    const seen = (): unknown =>
      feed.snapshot()?.nodes.map(({ phases }) => phases.map(([index]) => UPGRADE_STATES[index]));
    expect(seen()).toEqual([all, all]);
    expect(feed.snapshot()).toMatchObject({
      rollout: { version: '24.01-0.3.3.1-0', autoUpgrade: true, maxParallel: 1 },
      nodes: [
        { name: 'node-1', upToDate: true },
        { name: 'node-2', upToDate: true },
      ],
    });
    expect(feed.snapshot()?.progress.at(-1)).toMatchObject({ total: 2, done: 2, inProgress: 0 });
    await upgrade('23.10-0.5.5.0.1');
    expect(seen()).toEqual([all, all]);
    stop.abort();
    await cluster.clock.advance(5000);
    await running;
  });
});

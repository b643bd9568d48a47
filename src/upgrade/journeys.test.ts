import { describe, expect, it } from 'vitest';
import {
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  REQUESTED_ANNOTATION,
  SAFE_LOAD_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
} from '../contract/keys.ts';
import type { UpgradePolicy } from '../contract/upgrade-policy.ts';
import { aPolicy, NEW, OLD } from './testing/builders.ts';
import type { Machine } from './testing/machine.ts';
import { World } from './testing/world.ts';

const UPGRADED = [
  'upgrade-required',
  'cordon-required',
  'cordon',
  'wait-for-jobs-required',
  'drain-required',
  'pod-restart-required',
  'restart driver',
  'uncordon-required',
  'uncordon',
  'upgrade-done',
];

/** One node with the old driver, done and at rest. */
function aWorld(policy?: UpgradePolicy): { world: World; node: Machine; story: () => readonly string[] } {
  const world = new World(['node-1'], policy);
  const node = world.machines[0]!;
  world.run();
  expect(node.state).toBe('upgrade-done');
  const before = world.history.length;
  return { world, node, story: () => world.history.slice(before).map(({ what }) => what) };
}

/** A node whose upgrade to a broken version has failed. */
function aFailedWorld(policy?: UpgradePolicy) {
  const { world, node } = aWorld(policy);
  world.break(NEW);
  world.want(NEW);
  world.run();
  expect(node.state).toBe('upgrade-failed');
  expect(node.unschedulable).toBe(true);
  const before = world.history.length;
  return { world, node, story: () => world.history.slice(before).map(({ what }) => what) };
}

/** The operator's own annotations on a node. */
const notesOn = (node: Machine): readonly string[] => Object.keys(node.annotations);

describe('an upgrade', () => {
  it('takes a node through every state in order, and leaves no trace', () => {
    const { world, node, story } = aWorld();
    world.want(NEW);
    world.run();
    expect(story()).toEqual(UPGRADED);
    expect(node.unschedulable).toBe(false);
    expect(notesOn(node)).toEqual([]);
    expect(node.drivers.map(({ revision }) => revision)).toEqual([NEW]);
    expect(world.breaches).toEqual([]);
  });

  it('evicts the node’s pods first, and restarts the driver when they are gone', () => {
    const { world, node, story } = aWorld();
    node.host({ name: 'web' });
    node.host({ name: 'agent', controllerKind: 'DaemonSet' });
    world.want(NEW);
    world.run();
    expect(story().slice(4, 8)).toEqual([
      'drain-required',
      'evict web',
      'pod-restart-required',
      'restart driver',
    ]);
    expect(node.pods().map(({ name }) => name)).toEqual(['agent']);
    expect(world.breaches).toEqual([]);
  });

  it('asks again for an eviction that a budget forbids, until it is allowed', () => {
    const { world, node, story } = aWorld();
    node.host({ name: 'web' }, true);
    world.want(NEW);
    world.run(10_000);
    expect(node.state).toBe('drain-required');
    node.guests[0]!.blocked = false;
    world.run();
    const evictions = world.history.filter(({ what }) => what === 'evict web');
    expect(evictions.map(({ at }) => at - evictions[0]!.at)).toEqual([0, 1000, 3000, 7000, 12_000]);
    expect(story().at(-1)).toBe('upgrade-done');
  });

  it('fails when the budget never allows it, and does so in time', () => {
    const { world, node } = aWorld(aPolicy({ drain: { timeoutSeconds: 60 } }));
    node.host({ name: 'web' }, true);
    world.want(NEW);
    world.run();
    const at = (what: string): number => world.history.findLast((step) => step.what === what)?.at ?? NaN;
    const took = at('upgrade-failed') - at('drain-required');
    expect(took).toBeGreaterThanOrEqual(60_000);
    expect(took).toBeLessThanOrEqual(62_000);
    expect(node.annotations[REASON_ANNOTATION]).toMatch(/^drain-timeout: .*default\/web/);
  });

  it('waits for jobs, and goes on when they are complete', () => {
    const { world, node } = aWorld(aPolicy({ waitForCompletion: { podSelector: 'app=job' } }));
    node.host({ name: 'job', labels: { app: 'job' } });
    world.want(NEW);
    world.run(100_000);
    expect(node.state).toBe('wait-for-jobs-required');
    node.guests = [];
    world.run();
    expect(node.state).toBe('upgrade-done');
  });

  it('waits for jobs no longer than it may, and then drains them', () => {
    const { world, node, story } = aWorld(
      aPolicy({ waitForCompletion: { podSelector: 'app=job', timeoutSeconds: 30 } }),
    );
    node.host({ name: 'job', labels: { app: 'job' } });
    world.want(NEW);
    world.run();
    const at = (what: string): number => world.history.find((step) => step.what === what)?.at ?? NaN;
    expect(at('drain-required') - at('wait-for-jobs-required')).toBeGreaterThanOrEqual(30_000);
    expect(at('drain-required') - at('wait-for-jobs-required')).toBeLessThanOrEqual(32_000);
    expect(story()).toContain('evict job');
    expect(node.state).toBe('upgrade-done');
  });

  it('goes on where it was when the operator is restarted at any moment', () => {
    const journeyOf = (interruptEvery: number): readonly string[] => {
      const { world, node, story } = aWorld(
        aPolicy({ waitForCompletion: { podSelector: 'app=job', timeoutSeconds: 5 } }),
      );
      node.host({ name: 'job', labels: { app: 'job' } });
      world.want(NEW);
      for (let ms = 0; ms < 60_000; ms += interruptEvery) {
        world.run(interruptEvery);
        world.restartOperator();
      }
      world.run();
      return [...new Set(story())];
    };
    expect(journeyOf(700)).toEqual(journeyOf(60_000));
    expect(journeyOf(700).at(-1)).toBe('upgrade-done');
  });

  it('does not begin on a node that is to be skipped, until it no longer is', () => {
    const { world, node, story } = aWorld();
    node.labels[SKIP_LABEL] = 'true';
    world.want(NEW);
    world.run();
    expect(story()).toEqual(['upgrade-required']);
    Reflect.deleteProperty(node.labels, SKIP_LABEL);
    world.run();
    expect(story()).toEqual(UPGRADED);
  });

  it('of an up-to-date driver, on request, disturbs nobody', () => {
    const { world, node, story } = aWorld();
    node.host({ name: 'web' });
    node.annotations[REQUESTED_ANNOTATION] = 'true';
    world.run();
    expect(story()).toEqual(UPGRADED.filter((what) => what !== 'restart driver'));
    expect(node.pods()).toHaveLength(1);
  });
});

describe('the version is set back', () => {
  it('before the upgrade has begun: the node is done, untouched', () => {
    const { world, node, story } = aWorld();
    node.labels[SKIP_LABEL] = 'true';
    world.want(NEW);
    world.run();
    world.want(OLD);
    world.run();
    expect(story()).toEqual(['upgrade-required', 'upgrade-done']);
    expect(node.unschedulable).toBe(false);
  });

  it('in the middle of the wait for jobs: the node walks on through the states, and nobody is evicted', () => {
    const { world, node, story } = aWorld(aPolicy({ waitForCompletion: { podSelector: 'app=job' } }));
    node.host({ name: 'job', labels: { app: 'job' } });
    world.want(NEW);
    world.run(10_000);
    expect(node.state).toBe('wait-for-jobs-required');
    world.want(OLD);
    world.run();
    expect(story()).toEqual(UPGRADED.filter((what) => what !== 'restart driver'));
    expect(node.pods()).toHaveLength(1);
    expect(node.unschedulable).toBe(false);
  });

  it('in the middle of the drain: nobody else is evicted', () => {
    const { world, node, story } = aWorld();
    node.host({ name: 'web' }, true);
    world.want(NEW);
    world.run(10_000);
    const asked = story().filter((what) => what === 'evict web').length;
    world.want(OLD);
    world.run();
    expect(story().filter((what) => what === 'evict web')).toHaveLength(asked);
    expect(story().slice(-4)).toEqual([
      'pod-restart-required',
      'uncordon-required',
      'uncordon',
      'upgrade-done',
    ]);
  });

  it('while the new driver starts: that one is replaced in turn', () => {
    const { world, node, story } = aWorld();
    world.want(NEW);
    world.run(10_000);
    expect(node.state).toBe('pod-restart-required');
    world.want(OLD);
    world.run();
    expect(story().filter((what) => what === 'restart driver')).toHaveLength(2);
    expect(node.state).toBe('upgrade-done');
    expect(node.drivers.map(({ revision }) => revision)).toEqual([OLD]);
  });
});

describe('a version that cannot be installed', () => {
  it('makes the node fail, cordoned, with the reason on it', () => {
    const { node } = aFailedWorld();
    expect(node.annotations[REASON_ANNOTATION]).toMatch(/^driver-crashing: /);
    expect(node.annotations[FAILED_REVISION_ANNOTATION]).toBe(NEW);
  });

  it('is tried again when a person deletes the driver pod, and the node finishes by itself', () => {
    const { world, node, story } = aFailedWorld();
    world.mendAll();
    node.deleteDrivers(world.now);
    world.run();
    expect(story()).toEqual(['uncordon-required', 'uncordon', 'upgrade-done']);
    expect(node.unschedulable).toBe(false);
    expect(notesOn(node)).toEqual([]);
  });

  it('gives way to the version that it is set back to, and the node is uncordoned at the end', () => {
    const { world, node, story } = aFailedWorld();
    world.want(OLD);
    world.run();
    expect(story()).toEqual(UPGRADED.filter((what) => what !== 'cordon'));
    expect(node.unschedulable).toBe(false);
    expect(notesOn(node)).toEqual([]);
  });

  it('gives way to a third version', () => {
    const { world, node } = aFailedWorld();
    world.want('revision-mended');
    world.run();
    expect(node.state).toBe('upgrade-done');
    expect(node.unschedulable).toBe(false);
  });

  it('leaves a node cordoned that a person had cordoned before it all', () => {
    const { world, node } = aWorld();
    node.cordonByHand();
    world.break(NEW);
    world.want(NEW);
    world.run();
    expect(node.state).toBe('upgrade-failed');
    world.want(OLD);
    world.run();
    expect(node.state).toBe('upgrade-done');
    expect(node.unschedulable).toBe(true);
  });

  it('is recovered from as the manual says: drain by hand, delete the driver pod', () => {
    const { world, node, story } = aWorld(aPolicy({ drain: { timeoutSeconds: 60 } }));
    node.host({ name: 'web' }, true);
    world.want(NEW);
    world.run();
    expect(node.state).toBe('upgrade-failed');
    node.drainByHand(world.now);
    node.deleteDrivers(world.now);
    world.run();
    expect(story().slice(-3)).toEqual(['uncordon-required', 'uncordon', 'upgrade-done']);
    expect(node.unschedulable).toBe(false);
  });
});

describe('safe load', () => {
  const safely = aPolicy({ safeLoad: true });

  /** A node that has just joined, with pods on it before its driver. */
  function aNewNode() {
    const world = new World(['node-1'], safely);
    const node = world.machines[0]!;
    node.host({ name: 'web' });
    return { world, node };
  }

  it('drains a new node before the driver first loads', () => {
    const { world, node } = aNewNode();
    world.run();
    expect(world.storyOf('node-1')).toEqual([
      'upgrade-required',
      'cordon-required',
      'cordon',
      'wait-for-jobs-required',
      'drain-required',
      'evict web',
      'pod-restart-required',
      'uncordon-required',
      'uncordon',
      'upgrade-done',
    ]);
    expect(node.annotations[SAFE_LOAD_ANNOTATION]).toBeUndefined();
    expect(world.breaches).toEqual([]);
  });

  it('lets the replaced driver load in an upgrade as well, once', () => {
    const { world, node, story } = aWorld(safely);
    world.want(NEW);
    world.run();
    expect(story()).toEqual(UPGRADED);
    expect(notesOn(node)).toEqual([]);
  });

  it('replaces a driver that waits and is out of date by the time it may load', () => {
    const { world, node } = aNewNode();
    node.guests[0]!.blocked = true;
    world.run(5000);
    world.want(NEW);
    world.run(5000);
    expect(node.state).toBe('drain-required');
    node.guests[0]!.blocked = false;
    world.run();
    expect(world.storyOf('node-1')).toContain('restart driver');
    expect(node.drivers.map(({ revision }) => revision)).toEqual([NEW]);
    expect(node.state).toBe('upgrade-done');
    expect(world.breaches).toEqual([]);
  });

  it('is recovered from by a person who drains, and removes the annotation', () => {
    const { world, node } = aNewNode();
    node.guests[0]!.blocked = true;
    world.run();
    expect(node.state).toBe('upgrade-failed');
    node.drainByHand(world.now);
    world.run();
    expect(node.state).toBe('upgrade-failed');
    Reflect.deleteProperty(node.annotations, SAFE_LOAD_ANNOTATION);
    world.run();
    expect(node.state).toBe('upgrade-done');
    expect(node.unschedulable).toBe(false);
  });
});

describe('a person’s cordon', () => {
  it('from before the upgrade is there after it, and the upgrade takes place', () => {
    const { world, node, story } = aWorld();
    node.cordonByHand();
    world.want(NEW);
    world.run();
    expect(story()).toEqual(
      UPGRADED.filter((what) => !['cordon', 'uncordon', 'uncordon-required'].includes(what)),
    );
    expect(node.unschedulable).toBe(true);
    expect(node.annotations[INITIALLY_UNSCHEDULABLE_ANNOTATION]).toBeUndefined();
  });

  it('from in the middle of the upgrade is there after it', () => {
    const { world, node } = aWorld();
    world.want(NEW);
    world.run(10_000);
    expect(node.state).toBe('pod-restart-required');
    node.uncordonByHand();
    node.cordonByHand();
    world.run();
    expect(node.state).toBe('upgrade-done');
    expect(node.unschedulable).toBe(true);
  });

  it('taken back in the middle is made again by the upgrade, which takes it back itself', () => {
    const { world, node, story } = aWorld();
    node.host({ name: 'web' }, true);
    node.cordonByHand();
    world.want(NEW);
    world.run(5000);
    expect(node.state).toBe('drain-required');
    node.uncordonByHand();
    world.run(5000);
    expect(node.unschedulable).toBe(true);
    node.guests[0]!.blocked = false;
    world.run();
    expect(story()).toContain('cordon');
    expect(node.state).toBe('upgrade-done');
    expect(node.unschedulable).toBe(false);
  });

  it('taken back before the upgrade begins is not missed', () => {
    const { world, node } = aWorld();
    node.labels[SKIP_LABEL] = 'true';
    node.cordonByHand();
    world.want(NEW);
    world.run();
    node.uncordonByHand();
    Reflect.deleteProperty(node.labels, SKIP_LABEL);
    world.run();
    expect(node.state).toBe('upgrade-done');
    expect(node.unschedulable).toBe(false);
  });

  it('does not let pods in unnoticed: a node uncordoned after it was read is read again', () => {
    const { world, node, story } = aWorld();
    world.want(NEW);
    world.run(10_000);
    expect(story().at(-1)).toBe('restart driver');
    // The new driver is starting when the node is open for a moment, and yet another version is wanted.
    node.uncordonByHand();
    node.host({ name: 'web' });
    world.want('revision-newer');
    world.run();
    expect(story()).toContain('evict web');
    expect(node.state).toBe('upgrade-done');
    expect(world.breaches).toEqual([]);
  });
});

describe('a node that is not Ready', () => {
  it('is not begun with, and takes no slot from others', () => {
    const world = new World(['a', 'b']);
    world.run();
    world.machines[0]!.notReadySince = world.now;
    world.want(NEW);
    world.run();
    expect(world.machines.map(({ state }) => state)).toEqual(['upgrade-required', 'upgrade-done']);
  });

  it('in the middle of its restart frees its slot after five minutes, and finishes when a person helps', () => {
    const world = new World(['a', 'b']);
    const [a] = world.machines;
    world.run();
    world.want(NEW);
    world.run(1000);
    expect(a!.state).toBe('pod-restart-required');
    a!.notReadySince = world.now;
    world.run(299_000);
    expect(world.machines.map(({ state }) => state)).toEqual(['pod-restart-required', 'upgrade-required']);
    world.run();
    expect(world.machines.map(({ state }) => state)).toEqual(['upgrade-failed', 'upgrade-done']);
    a!.notReadySince = undefined;
    world.run();
    expect(a!.state).toBe('upgrade-done');
    expect(a!.unschedulable).toBe(false);
  });
});

describe('a node on which no driver belongs any more', () => {
  it('is handed back, in the middle of its restart or at rest', () => {
    for (const runFor of [10_000, Infinity]) {
      const { world, node } = aWorld();
      world.want(NEW);
      world.run(runFor);
      node.driverBelongsHere = false;
      world.run();
      expect(node.labels[STATE_LABEL]).toBeUndefined();
      expect(node.unschedulable).toBe(false);
      expect(notesOn(node)).toEqual([]);
    }
  });
});

describe('the flow is switched off', () => {
  it('in the middle of a drain: the node is handed back at once', () => {
    const { world, node, story } = aWorld();
    node.host({ name: 'web' }, true);
    world.want(NEW);
    world.run(10_000);
    world.flow = 'off';
    world.run();
    expect(story().slice(-2)).toEqual(['uncordon', 'none']);
    expect(node.unschedulable).toBe(false);
    expect(notesOn(node)).toEqual([]);
  });

  it('in the middle of a restart: the node is handed back when its driver is up', () => {
    const { world, node } = aWorld();
    world.want(NEW);
    world.run(10_000);
    world.flow = 'off';
    world.run(1000);
    expect(node.unschedulable).toBe(true);
    world.run();
    expect(node.unschedulable).toBe(false);
    expect(node.drivers.map(({ revision }) => revision)).toEqual([NEW]);
    expect(node.labels[STATE_LABEL]).toBeUndefined();
  });

  it('with the policy deleted: no driver is waited for', () => {
    const { world, node } = aWorld();
    world.want(NEW);
    world.run(10_000);
    world.flow = 'no-driver';
    world.run(0);
    expect(node.unschedulable).toBe(false);
    expect(node.labels[STATE_LABEL]).toBeUndefined();
  });

  it('and on again: a node that a person had cordoned is still cordoned', () => {
    const { world, node } = aWorld();
    node.cordonByHand();
    world.want(NEW);
    world.run(10_000);
    world.flow = 'off';
    world.run();
    world.flow = 'on';
    world.run();
    expect(node.state).toBe('upgrade-done');
    expect(node.unschedulable).toBe(true);
  });
});

describe('a fleet', () => {
  const names = Array.from({ length: 7 }, (_, index) => `node-${index}`);

  function mostAtOnce(limit: number): number {
    const world = new World(names, aPolicy({ maxParallelUpgrades: limit }));
    world.run();
    world.want(NEW);
    let most = 0;
    for (let moment = 0; moment < 600; moment += 1) {
      world.run(500);
      most = Math.max(most, world.inProgress);
    }
    expect(world.machines.map(({ state }) => state)).toEqual(names.map(() => 'upgrade-done'));
    expect(world.breaches).toEqual([]);
    return most;
  }

  it.each([
    [1, 1],
    [3, 3],
    [0, 7],
  ])('with a limit of %d is upgraded %d at a time', (limit, most) => {
    expect(mostAtOnce(limit)).toBe(most);
  });

  it('goes on past a node that fails', () => {
    const world = new World(names);
    world.run();
    world.break(NEW, 'node-0');
    world.want(NEW);
    world.run();
    expect(world.machines.map(({ state }) => state)).toEqual([
      'upgrade-failed',
      ...names.slice(1).map(() => 'upgrade-done'),
    ]);
  });

  it('starts no node while more are in progress than a limit that has been lowered allows', () => {
    const world = new World(names, aPolicy({ maxParallelUpgrades: 4 }));
    world.run();
    world.want(NEW);
    world.run(10_000);
    expect(world.inProgress).toBe(4);
    world.policy = aPolicy({ maxParallelUpgrades: 2 });
    world.run();
    expect(world.breaches).toEqual([]);
    expect(world.machines.every(({ state }) => state === 'upgrade-done')).toBe(true);
  });
});

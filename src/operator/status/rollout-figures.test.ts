import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import type { RolloutStatus, UpgradeStatus } from '../../contract/status.ts';
import { timestamp } from '../../reasons/index.ts';
import { aNode } from '../../upgrade/testing/builders.ts';
import { RolloutFigures } from './rollout-figures.ts';

let clock: VirtualClock;
let figures: RolloutFigures;

beforeEach(() => {
  clock = new VirtualClock();
  figures = new RolloutFigures(clock);
});

const WORKING = aNode({ state: 'drain-required', cordoned: true });
const DONE = aNode({ state: 'upgrade-done' });
const seconds = (number: number): Promise<void> => clock.advance(number * 1000);

/** So many nodes are upgraded, one after the other, each in so many seconds. */
async function upgrade(nodes: number, secondsEach: number): Promise<void> {
  for (let node = 0; node < nodes; node += 1) {
    figures.note(`node-${node}`, WORKING);
    await seconds(secondsEach);
    figures.note(`node-${node}`, DONE);
  }
}

const told = (status: RolloutStatus): UpgradeStatus => ({
  ...{ progress: '', total: 0, done: 0, required: 0, inProgress: 0, failed: 0, byState: {}, blocked: [] },
  ...{ targetVersion: 'v1', ...status },
});

describe('A rollout', () => {
  it('has not been as long as no node has needed an upgrade', () => {
    figures.note('a', DONE);
    figures.observe('v1', false);
    expect(figures.status(0)).toEqual({});
  });

  it('begins with the first node that needs one, and ends with the last', async () => {
    const start = clock.now();
    figures.observe('v1', true);
    await upgrade(2, 10);
    figures.noteEviction();
    figures.observe('v1', false);
    await seconds(100);
    expect(figures.status(0)).toEqual({
      startedAt: timestamp(start),
      finishedAt: timestamp(start + 20_000),
      upgraded: 2,
      podsEvicted: 1,
      nodeSecondsOutOfService: 20,
    });
  });

  it('is another one when another version is wanted, or nodes need an upgrade again after its end', async () => {
    figures.observe('v1', true);
    await upgrade(1, 10);
    figures.observe('v2', true);
    expect(figures.status(1)).toMatchObject({ startedAt: timestamp(clock.now()), upgraded: 0 });
    await upgrade(1, 10);
    figures.observe('v2', false);
    await seconds(10);
    figures.observe('v2', true);
    expect(figures.status(1)).toEqual({
      startedAt: timestamp(clock.now()),
      ...{ upgraded: 0, podsEvicted: 0, nodeSecondsOutOfService: 0 },
    });
  });

  it('goes on from what the status says', async () => {
    const start = clock.now();
    figures.observe('v1', true);
    await upgrade(3, 20);
    figures.noteEviction();
    const status = told(figures.status(3));
    figures = new RolloutFigures(clock);
    figures.resume(status);
    figures.observe('v1', true);
    await upgrade(1, 20);
    expect(figures.status(2)).toEqual({
      startedAt: timestamp(start),
      estimatedEnd: timestamp(clock.now() + 40_000),
      upgraded: 4,
      podsEvicted: 1,
      nodeSecondsOutOfService: 80,
    });
  });

  it('stays ended when another operator takes over', async () => {
    figures.observe('v1', true);
    figures.observe('v1', false);
    const status = figures.status(0);
    figures = new RolloutFigures(clock);
    figures.resume(told(status));
    await seconds(60);
    figures.observe('v1', false);
    expect(figures.status(0)).toEqual(status);
  });

  it('is not taken from a status that tells of none, or that nobody can read', () => {
    for (const status of [undefined, told({}), told({ startedAt: 'yesterday' })]) {
      figures.resume(status);
      expect(figures.status(0)).toEqual({});
    }
  });
});

describe('The time out of service', () => {
  it('is that of nodes that the upgrade has cordoned, the failed ones among them, and not of a person’s', async () => {
    figures.observe('v1', true);
    figures.note('a', WORKING);
    figures.note('b', aNode({ state: 'upgrade-failed', cordoned: true }));
    figures.note('c', aNode({ state: 'drain-required', cordoned: true, cordonedBefore: true }));
    figures.note('d', aNode({ state: 'upgrade-required' }));
    await seconds(10);
    expect(figures.status(1).nodeSecondsOutOfService).toBe(20);
    figures.note('b', undefined);
    await seconds(10);
    expect(figures.status(1).nodeSecondsOutOfService).toBe(30);
  });
});

describe('The estimated end', () => {
  it('is when the nodes that are left are done at the pace so far', async () => {
    figures.observe('v1', true);
    await upgrade(4, 30);
    expect(figures.status(10).estimatedEnd).toBe(timestamp(clock.now() + 300_000));
  });

  it('is not told before enough nodes have been upgraded in enough time, or when none is left', async () => {
    figures.observe('v1', true);
    await upgrade(2, 40);
    expect(figures.status(10)).not.toHaveProperty('estimatedEnd');
    figures.observe('v2', true);
    await upgrade(5, 10);
    expect(figures.status(10)).not.toHaveProperty('estimatedEnd');
    await seconds(10);
    expect(figures.status(10)).toHaveProperty('estimatedEnd');
    expect(figures.status(0)).not.toHaveProperty('estimatedEnd');
  });

  it('is not reckoned with nodes that failed', async () => {
    figures.observe('v1', true);
    for (const name of ['a', 'b', 'c']) figures.note(name, WORKING);
    await seconds(90);
    for (const name of ['a', 'b', 'c'])
      figures.note(name, aNode({ state: 'upgrade-failed', cordoned: true }));
    expect(figures.status(10)).toMatchObject({ upgraded: 0 });
    expect(figures.status(10)).not.toHaveProperty('estimatedEnd');
  });
});

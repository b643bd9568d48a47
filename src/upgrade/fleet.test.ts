import { beforeEach, describe, expect, it } from 'vitest';
import { UPGRADE_STATES, type NodeState } from '../contract/states.ts';
import { Fleet } from './fleet.ts';
import { freeSlots } from './limits.ts';
import { aPolicy } from './testing/builders.ts';

const limit = (maxParallelUpgrades: number) => aPolicy({ maxParallelUpgrades });

let fleet: Fleet;

beforeEach(() => {
  fleet = new Fleet();
});

/** Nodes that wait for a slot to start. */
function queue(...names: readonly string[]): void {
  for (const name of names) {
    fleet.see(name, 'upgrade-required');
    fleet.wish(name, 'start');
  }
}

describe('the free slots', () => {
  it('are what the limit leaves', () => {
    expect(freeSlots({ inProgress: 0 }, limit(2))).toBe(2);
    expect(freeSlots({ inProgress: 1 }, limit(2))).toBe(1);
    expect(freeSlots({ inProgress: 2 }, limit(2))).toBe(0);
  });

  it('are none, not fewer, when the limit has been lowered below what is in progress', () => {
    expect(freeSlots({ inProgress: 5 }, limit(2))).toBe(0);
  });

  it('are without end when the limit is 0', () => {
    expect(freeSlots({ inProgress: 1000 }, limit(0))).toBe(Infinity);
  });
});

describe('a fleet counts', () => {
  const resting: readonly NodeState[] = ['none', 'upgrade-done', 'upgrade-required', 'upgrade-failed'];

  it.each(['none', ...UPGRADE_STATES] as const)('a node by its label: %s', (state) => {
    fleet.see('a', state);
    expect(fleet.counts.inProgress).toBe(resting.includes(state) ? 0 : 1);
    expect([...fleet.states]).toEqual([[state, 1]]);
    expect(fleet.size).toBe(1);
  });

  it('a node once, however often it is seen', () => {
    fleet.see('a', 'drain-required');
    fleet.see('a', 'drain-required');
    expect(fleet.counts.inProgress).toBe(1);
    fleet.see('a', 'pod-restart-required');
    expect(fleet.counts.inProgress).toBe(1);
    expect([...fleet.states]).toEqual([['pod-restart-required', 1]]);
    fleet.see('a', 'upgrade-failed');
    expect(fleet.counts.inProgress).toBe(0);
  });

  it('a removed node no more, whatever it was doing', () => {
    queue('b');
    fleet.see('a', 'drain-required');
    fleet.remove('a');
    expect(fleet.counts.inProgress).toBe(0);
    expect(fleet.size).toBe(1);
    expect([...fleet.states]).toEqual([['upgrade-required', 1]]);
    fleet.remove('b');
    expect(fleet.grant(limit(5))).toEqual([]);
    expect(fleet.size).toBe(0);
  });

  it('nothing when a node is removed that it does not know', () => {
    fleet.remove('a');
    expect(fleet.size).toBe(0);
    expect(fleet.counts.inProgress).toBe(0);
  });
});

describe('a fleet grants', () => {
  it('as many slots as the limit leaves, in the order of the names', () => {
    queue('c', 'a', 'b');
    expect(fleet.grant(limit(2))).toEqual(['a', 'b']);
    expect(fleet.isGranted('a')).toBe(true);
    expect(fleet.isGranted('c')).toBe(false);
  });

  it('no slot twice: a grant counts before the label says so', () => {
    queue('a', 'b');
    fleet.grant(limit(1));
    expect(fleet.counts.inProgress).toBe(1);
    expect(fleet.grant(limit(1))).toEqual([]);
    fleet.see('a', 'cordon-required');
    expect(fleet.counts.inProgress).toBe(1);
    expect(fleet.isGranted('a')).toBe(false);
    expect(fleet.grant(limit(1))).toEqual([]);
  });

  it('the next slot when a node is done, or has failed', () => {
    queue('a', 'b', 'c');
    fleet.grant(limit(1));
    fleet.see('a', 'cordon-required');
    fleet.see('a', 'upgrade-done');
    expect(fleet.grant(limit(1))).toEqual(['b']);
    fleet.see('b', 'cordon-required');
    fleet.see('b', 'upgrade-failed');
    expect(fleet.grant(limit(1))).toEqual(['c']);
  });

  it('all of them at once when the limit is 0', () => {
    queue('a', 'b', 'c');
    expect(fleet.grant(limit(0))).toEqual(['a', 'b', 'c']);
  });

  it('first to nodes that recover, then to those that start', () => {
    queue('a');
    fleet.see('z', 'upgrade-failed');
    fleet.wish('z', 'recover');
    expect(fleet.grant(limit(1))).toEqual(['z']);
  });

  it('nothing to a node that does not wish for it any more', () => {
    queue('a', 'b');
    fleet.wish('a', undefined);
    expect(fleet.grant(limit(0))).toEqual(['b']);
  });

  it('to a node that changes its wish once, by its last word', () => {
    fleet.see('a', 'upgrade-failed');
    fleet.wish('a', 'recover');
    fleet.wish('a', 'start');
    queue('Z');
    expect(fleet.grant(limit(0))).toEqual(['Z', 'a']);
  });

  it('nothing to a node that it has never seen', () => {
    fleet.wish('a', 'start');
    expect(fleet.grant(limit(0))).toEqual([]);
  });

  it('nothing while more are in progress than a limit that has been lowered allows', () => {
    for (const name of ['a', 'b', 'c']) fleet.see(name, 'drain-required');
    queue('d');
    expect(fleet.grant(limit(2))).toEqual([]);
    fleet.see('a', 'upgrade-done');
    expect(fleet.grant(limit(2))).toEqual([]);
    fleet.see('b', 'upgrade-done');
    expect(fleet.grant(limit(2))).toEqual(['d']);
  });

  it('a slot to another when it is withdrawn', () => {
    queue('a', 'b');
    fleet.grant(limit(1));
    fleet.withdraw('a');
    expect(fleet.isGranted('a')).toBe(false);
    expect(fleet.grant(limit(1))).toEqual(['b']);
  });

  it('a slot to another when the node that held it is removed', () => {
    queue('a', 'b');
    fleet.grant(limit(1));
    fleet.remove('a');
    expect(fleet.counts.inProgress).toBe(0);
    expect(fleet.grant(limit(1))).toEqual(['b']);
  });
});

describe('a slot that somebody else may have given', () => {
  it('counts, and is not given to the node again', () => {
    queue('a', 'b');
    fleet.hold('a');
    expect(fleet.counts.inProgress).toBe(1);
    expect(fleet.grant(limit(1))).toEqual([]);
    expect([...fleet.granted]).toEqual(['a']);
  });

  it('counts once when the label says that the node has started', () => {
    queue('a');
    fleet.hold('a');
    fleet.see('a', 'cordon-required');
    expect(fleet.counts.inProgress).toBe(1);
  });

  it('is free again when it is known that the node does not start', () => {
    queue('a', 'b');
    fleet.hold('a');
    fleet.withdraw('a');
    expect(fleet.grant(limit(1))).toEqual(['a']);
  });
});

describe('a node that may not start yet', () => {
  it('is waited for: none is given a slot before it', () => {
    queue('a', 'b', 'c');
    expect(fleet.grant(limit(2), (name) => name !== 'b')).toEqual(['a']);
    expect(fleet.grant(limit(2))).toEqual(['b']);
  });

  it('is not asked about as long as there is no slot for it', () => {
    queue('a');
    fleet.see('z', 'drain-required');
    const asked: string[] = [];
    fleet.grant(limit(1), (name) => asked.push(name) > 0);
    expect(asked).toEqual([]);
  });
});

describe('the nodes whose turn is next', () => {
  it('are those that recover, then those that start, by name', () => {
    queue('c', 'a', 'b');
    fleet.see('z', 'upgrade-failed');
    fleet.wish('z', 'recover');
    expect(fleet.upcoming(3)).toEqual(['z', 'a', 'b']);
    expect(fleet.upcoming(1)).toEqual(['z']);
    expect(fleet.upcoming(10)).toHaveLength(4);
  });
});

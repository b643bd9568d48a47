import { beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../upgrade/actions.ts';
import { idle, waiting } from '../../upgrade/decision.ts';
import { exampleOf, type ReasonCode } from '../../reasons/index.ts';
import { aNode } from '../../upgrade/testing/builders.ts';
import { Tally } from './tally.ts';

let tally: Tally;

beforeEach(() => {
  tally = new Tally();
});

const held = (code: ReasonCode): Decision => waiting(exampleOf(code));
const blockedNames = (most = 20): readonly string[] =>
  tally.firstBlocked(most, () => true).map(({ node }) => node);

describe('Nodes that are up to date', () => {
  it('are those whose driver pod is of the wanted revision and Ready', () => {
    tally.note('a', aNode({ driver: 'ready' }), idle);
    tally.note('b', aNode({ driver: 'starting' }), idle);
    tally.note('c', aNode({ driver: 'outdated' }), idle);
    tally.note('d', aNode({ driver: 'unwanted' }), idle);
    expect(tally.upToDate).toBe(1);
  });

  it('are counted once, however often they are looked at', () => {
    tally.note('a', aNode(), idle);
    tally.note('a', aNode(), idle);
    expect(tally.upToDate).toBe(1);
  });

  it('are no longer so when their driver is not, when they are gone, or when another driver may be wanted', () => {
    for (const name of ['a', 'b', 'c']) tally.note(name, aNode(), idle);
    tally.note('a', aNode({ driver: 'terminating' }), idle);
    tally.note('b', undefined, undefined);
    tally.doubt('c');
    expect(tally.upToDate).toBe(0);
    tally.note('c', aNode(), idle);
    expect(tally.upToDate).toBe(1);
  });
});

describe('Nodes that are held up', () => {
  it('are named in order, with their state and the reason', () => {
    tally.note('b', aNode({ state: 'drain-required' }), held('eviction-blocked'));
    tally.note('a', aNode({ state: 'upgrade-failed' }), held('failed'));
    expect(tally.firstBlocked(20, () => true)).toEqual([
      { node: 'a', state: 'upgrade-failed', reason: exampleOf('failed') },
      { node: 'b', state: 'drain-required', reason: exampleOf('eviction-blocked') },
    ]);
  });

  it('are as many as are asked for at the most', () => {
    for (const name of ['d', 'b', 'a', 'c']) tally.note(name, aNode(), held('failed'));
    expect(blockedNames(2)).toEqual(['a', 'b']);
  });

  it('are no longer when nothing is wanted of them, or they are gone', () => {
    for (const name of ['a', 'b', 'c']) tally.note(name, aNode(), held('failed'));
    tally.note('a', aNode(), idle);
    tally.note('b', undefined, undefined);
    expect(blockedNames()).toEqual(['c']);
  });

  it.each(['in-progress', 'slot', 'reading-pods', 'recovered-waits-for-slot'] as const)(
    'are not those that wait for what comes by itself: %s',
    (code) => {
      tally.note('a', aNode(), held('failed'));
      tally.note('a', aNode(), held(code));
      expect(blockedNames()).toEqual([]);
    },
  );

  it.each(['jobs-running', 'skipped', 'node-not-ready', 'orphaned-driver', 'driver-missing'] as const)(
    'are those about which somebody may want to do something: %s',
    (code) => {
      tally.note('a', aNode(), held(code));
      expect(blockedNames()).toEqual(['a']);
    },
  );

  it('are told of only those that have been so for long enough', () => {
    for (const name of ['a', 'b', 'c']) tally.note(name, aNode(), held('driver-missing'));
    expect(tally.firstBlocked(2, (name) => name !== 'a').map(({ node }) => node)).toEqual(['b', 'c']);
  });
});

describe('Nodes by reason', () => {
  it('are counted by what they wait for, or have failed on, and not by what passes at once', () => {
    const failed = (code: string): Decision =>
      waiting({ code: 'failed', cause: { told: true, code, message: 'x' } });
    tally.note('a', aNode(), held('slot'));
    tally.note('b', aNode(), held('slot'));
    tally.note('c', aNode(), held('in-progress'));
    tally.note('d', aNode(), failed('drain-timeout'));
    tally.note('e', aNode(), failed('made-up'));
    expect(tally.byReason).toEqual(
      new Map([
        ['slot', 2],
        ['drain-timeout', 1],
        ['failed', 1],
      ]),
    );
  });

  it('are counted anew only as far as they change', () => {
    tally.note('a', aNode(), held('slot'));
    tally.note('a', aNode(), held('slot'));
    tally.note('b', aNode(), held('slot'));
    tally.note('a', aNode(), held('skipped'));
    expect(tally.byReason).toEqual(
      new Map([
        ['slot', 1],
        ['skipped', 1],
      ]),
    );
    tally.note('a', undefined, undefined);
    tally.note('b', aNode(), idle);
    expect(tally.byReason).toEqual(new Map());
  });
});

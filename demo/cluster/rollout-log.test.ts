import { expect, it } from 'vitest';
import type { UpgradeState } from '../../src/contract/states.ts';
import { seenOf, type SeenNode } from '../../src/invariants/index.ts';
import { RolloutLog } from './rollout-log.ts';

function node(name: string, state: UpgradeState, unschedulable = false): SeenNode {
  const metadata = { name, uid: name, labels: { 'nvidia.com/ofed-driver-upgrade-state': state } };
  return seenOf('Node', { metadata, spec: { unschedulable } } as never) as SeenNode;
}

/** A log of nodes of which the last one is cordoned by a person. */
function logOf(...names: readonly string[]) {
  let now = 0;
  const before = names.map((name, index) => node(name, 'upgrade-required', index === names.length - 1));
  const log = new RolloutLog(before, () => now);
  return {
    log,
    /** Takes a node, cordoned, from state to state, each after so many milliseconds. */
    pass: (name: string, ...steps: readonly (readonly [ms: number, state: UpgradeState])[]) => {
      for (const [ms, state] of steps) {
        now += ms;
        log.node(node(name, state, state !== 'cordon-required' && state !== 'upgrade-done'));
      }
    },
  };
}

it('counts a node as out of service from its cordon until it is done, also one that had failed', () => {
  const { log, pass } = logOf('a', 'b', 'held');
  pass(
    'a',
    [100, 'cordon-required'],
    [10, 'wait-for-jobs-required'],
    [0, 'drain-required'],
    [400, 'pod-restart-required'],
  );
  pass('a', [1000, 'uncordon-required'], [20, 'upgrade-done']);
  pass(
    'b',
    [0, 'cordon-required'],
    [0, 'wait-for-jobs-required'],
    [0, 'drain-required'],
    [0, 'pod-restart-required'],
  );
  pass('b', [500, 'upgrade-failed'], [5000, 'uncordon-required'], [0, 'upgrade-done']);
  expect([...log.outOfService]).toEqual([
    ['a', 1420],
    ['b', 5500],
  ]);
  expect(log.failed).toEqual(['b']);
  expect(log.duration).toBe(7030);
});

it('tells how long a node waited, and for what, if something was in its way', () => {
  const { log, pass } = logOf('a', 'b', 'held');
  pass('a', [0, 'cordon-required'], [0, 'wait-for-jobs-required']);
  log.waitsFor('a', 'for its job');
  log.waitsFor('a', 'for something that is noticed later');
  pass('a', [3000, 'drain-required'], [200, 'pod-restart-required']);
  pass('b', [0, 'cordon-required'], [0, 'wait-for-jobs-required'], [100, 'drain-required']);
  expect(log.waits).toEqual([
    { node: 'a', state: 'wait-for-jobs-required', next: 'drain-required', cause: 'for its job', ms: 3000 },
  ]);
});

it('tells of the moment at which the most nodes were cordoned who of them were in progress', () => {
  const { log, pass } = logOf('a', 'b', 'c', 'held');
  pass('a', [0, 'cordon-required'], [0, 'wait-for-jobs-required'], [0, 'upgrade-failed']);
  pass('b', [0, 'cordon-required'], [0, 'wait-for-jobs-required']);
  pass('c', [0, 'cordon-required']);
  expect(log.mostCordoned).toEqual({ all: 3, inProgress: 1, failed: 1, person: 1 });
  expect(log.mostInProgress).toBe(2);
  pass('b', [0, 'upgrade-done']);
  expect(log.mostCordoned.all).toBe(3);
});

it('counts a node that an earlier rollout has left failed as out of service from the beginning', () => {
  let now = 0;
  const log = new RolloutLog([node('a', 'upgrade-failed', true)], () => now);
  now = 300;
  log.node(node('a', 'upgrade-required', true));
  now = 2000;
  log.node(node('a', 'upgrade-done'));
  expect(log.outOfService.get('a')).toBe(2000);
});

it('forgets a node that is gone', () => {
  const { log, pass } = logOf('a', 'b', 'c');
  pass('a', [0, 'cordon-required'], [0, 'wait-for-jobs-required']);
  log.forget('a');
  pass('b', [0, 'cordon-required'], [0, 'wait-for-jobs-required']);
  expect(log.mostInProgress).toBe(1);
});

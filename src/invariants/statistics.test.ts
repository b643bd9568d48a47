import { describe, expect, it } from 'vitest';
import { History } from './testing/history.ts';

describe('statistics', () => {
  it('tells how long it took, how many at once, and how long each node was out of service', () => {
    const history = new History({ nodes: ['a', 'b'] }).revision('v2', 2).upgrade('a', 'v2', 'drain-required');
    history
      .wait(1000)
      .node('a', { state: 'pod-restart-required' })
      .deleteDriver('a')
      .replaceDriver('a', 'v2');
    history
      .node('a', { state: 'uncordon-required' })
      .node('a', { state: 'upgrade-done', unschedulable: false });
    const { statistics } = history.finish();
    expect(statistics).toMatchObject({ nodesDone: 1, mostInProgress: 1, durationSeconds: 1.08 });
    expect(statistics.cordonedSeconds.get('a')).toBeCloseTo(1.07);
    expect(statistics.transitions.get('a')?.map(({ to }) => to)).toEqual([
      'upgrade-required',
      'cordon-required',
      'wait-for-jobs-required',
      'drain-required',
      'pod-restart-required',
      'uncordon-required',
      'upgrade-done',
    ]);
  });

  it('tells how long a slot stood empty between two nodes', () => {
    const history = new History({ nodes: ['a', 'b'] })
      .revision('v2', 2)
      .node('b', { state: 'upgrade-required' });
    history.upgrade('a', 'v2').wait(1990).node('b', { state: 'cordon-required' });
    expect(history.finish().statistics.slotGapSeconds).toEqual({
      median: 2,
      p99: 2,
      most: 2,
      total: 2,
    });
  });

  it('counts a cordon that still stands', () => {
    const history = new History({ nodes: ['a'] }).upgrade('a', 'v2', 'wait-for-jobs-required').wait(3000);
    const { statistics } = history.node('a', { reason: 'waits' }).finish();
    expect(statistics.totalCordonedSeconds).toBeCloseTo(3.01);
  });
});

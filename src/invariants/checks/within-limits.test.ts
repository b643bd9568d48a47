import { describe, expect, it } from 'vitest';
import { History } from '../testing/history.ts';

describe('within-limits', () => {
  it('holds when one node follows another', () => {
    const history = new History({ nodes: ['a', 'b'] })
      .revision('v2', 2)
      .upgrade('a', 'v2')
      .upgrade('b', 'v2');
    expect(history.broken({ end: 'finished' })).toEqual([]);
  });

  it('is broken when a second node starts before the first has finished', () => {
    const history = new History({ nodes: ['a', 'b'] }).upgrade('a', 'v2', 'drain-required');
    expect(history.upgrade('b', 'v2', 'cordon-required').broken()).toEqual(['within-limits b']);
  });

  it('holds up to the limit and is broken beyond it', () => {
    const history = new History({ nodes: ['a', 'b', 'c'], policy: { maxParallelUpgrades: 2 } });
    history.upgrade('a', 'v2', 'cordon-required').upgrade('b', 'v2', 'cordon-required');
    expect(history.broken()).toEqual([]);
    expect(history.upgrade('c', 'v2', 'cordon-required').broken()).toEqual(['within-limits c']);
  });

  it('knows no limit when it is 0', () => {
    const history = new History({ nodes: ['a', 'b'], policy: { maxParallelUpgrades: 0 } });
    history.upgrade('a', 'v2', 'cordon-required').upgrade('b', 'v2', 'cordon-required');
    expect(history.broken()).toEqual([]);
  });

  it('counts a node whose driver pod does not exist', () => {
    const history = new History({ nodes: ['a', 'b'] })
      .upgrade('a', 'v2', 'pod-restart-required')
      .podGone('driver-a');
    expect(history.upgrade('b', 'v2', 'cordon-required').broken()).toEqual(['within-limits b']);
  });

  it('gives a failed node’s slot to the next', () => {
    const history = new History({ nodes: ['a', 'b'] }).upgrade('a', 'v2', 'drain-required');
    history.node('a', { state: 'upgrade-failed' }).upgrade('b', 'v2', 'cordon-required');
    expect(history.broken()).toEqual([]);
  });

  it('is broken when a repaired node comes back into a full house', () => {
    const history = new History({ nodes: ['a', 'b'] })
      .revision('v2', 2)
      .upgrade('a', 'v2', 'pod-restart-required');
    history.node('a', { state: 'upgrade-failed' }).deleteDriver('a').replaceDriver('a', 'v2');
    history.upgrade('b', 'v2', 'cordon-required').node('a', { state: 'uncordon-required' });
    expect(history.broken()).toEqual(['within-limits a']);
  });

  it('calls it a race when somebody else put a node in progress a moment before, and a violation later', () => {
    const pushed = (): History => {
      const history = new History({ nodes: ['a', 'b'] }).upgrade('b', 'v2', 'upgrade-required');
      return history.by('others').node('a', { state: 'drain-required' }).by('operator');
    };
    const { violations, races } = pushed().node('b', { state: 'cordon-required' }).finish();
    expect([violations.length, races.length]).toEqual([0, 1]);
    expect(pushed().wait(5000).node('b', { state: 'cordon-required' }).broken()).toEqual(['within-limits b']);
  });

  it('calls it a race when the limit was lowered a moment before, and a violation later', () => {
    const history = new History({ nodes: ['a', 'b', 'c'], policy: { maxParallelUpgrades: 0 } });
    history.wait(60_000).upgrade('a', 'v2', 'cordon-required').upgrade('b', 'v2', 'upgrade-required');
    history.policy({ maxParallelUpgrades: 1 }).node('b', { state: 'cordon-required' });
    const { violations, races } = history.finish();
    expect([violations.length, races.length]).toEqual([0, 1]);
    expect(history.wait(5000).upgrade('c', 'v2', 'cordon-required').broken()).toEqual(['within-limits c']);
  });
});

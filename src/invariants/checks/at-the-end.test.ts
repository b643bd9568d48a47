import { describe, expect, it } from 'vitest';
import { History } from '../testing/history.ts';

describe('no-node-left-behind', () => {
  const half = (): History =>
    new History({ nodes: ['a'] }).upgrade('a', 'v2', 'drain-required').policy({ autoUpgrade: false });

  it('holds when the flow is switched off and the node is uncordoned', () => {
    const history = half().node('a', { state: 'none', unschedulable: false });
    expect(history.broken({ end: 'off' })).toEqual([]);
  });

  it('is broken when the node is left cordoned', () => {
    expect(half().node('a', { state: 'none' }).broken({ end: 'off' })).toEqual(['no-node-left-behind a']);
  });

  it('holds when the node says why it is cordoned', () => {
    const history = half().node('a', {
      state: 'none',
      reason: 'the flow was switched off while it was drained',
    });
    expect(history.broken({ end: 'off' })).toEqual([]);
  });

  it('leaves alone a failed node, and one that a person cordoned', () => {
    const history = new History({ nodes: ['a', 'b'] }).upgrade('a', 'v2', 'drain-required');
    history.node('a', { state: 'upgrade-failed' }).node('b', { unschedulable: true });
    expect(history.broken({ end: 'finished', badNodes: ['a'] })).toEqual([]);
  });
});

describe('one-bad-node', () => {
  const stuck = (): History =>
    new History({ nodes: ['a', 'b'] }).revision('v2', 2).upgrade('a', 'v2', 'drain-required');

  it('holds when only the bad node is not done', () => {
    const history = stuck().node('a', { state: 'upgrade-failed' }).upgrade('b', 'v2');
    expect(history.broken({ badNodes: ['a'] })).toEqual([]);
  });

  it('is broken when a good node is not done', () => {
    const history = stuck().node('a', { state: 'upgrade-failed' }).node('b', { state: 'upgrade-required' });
    expect(history.broken({ badNodes: ['a'] })).toEqual(['one-bad-node b']);
  });

  it('does not expect anything of a skipped node, nor of one without the driver', () => {
    const history = stuck().node('a', { state: 'upgrade-failed' });
    history.node('b', { skip: true, state: 'upgrade-required' }).node('c', { labels: {}, state: 'none' });
    expect(history.broken({ badNodes: ['a'] })).toEqual([]);
  });
});

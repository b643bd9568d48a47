import { describe, expect, it } from 'vitest';
import type { NodeState } from '../../contract/states.ts';
import { History } from '../testing/history.ts';

const BROKEN = ['legal-transitions a'];

describe('legal-transitions', () => {
  it('holds along the whole way', () => {
    expect(new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2').broken()).toEqual([]);
  });

  it.each<[NodeState, NodeState]>([
    ['wait-for-jobs-required', 'pod-restart-required'],
    ['wait-for-jobs-required', 'pod-deletion-required'],
    ['upgrade-failed', 'pod-restart-required'],
  ])('is broken by a leap from %s to %s', (from, to) => {
    const history = new History({ nodes: ['a'], policy: { maxParallelUpgrades: 0 } });
    history.node('a', { state: 'upgrade-required' }).declare('a', 'state-change').node('a', { state: from });
    expect(history.node('a', { state: to }).broken()).toEqual(BROKEN);
  });

  it('is broken when cordon-required is never written', () => {
    const history = new History({ nodes: ['a'] }).node('a', { state: 'upgrade-required' });
    history.node('a', { state: 'wait-for-jobs-required', unschedulable: true });
    expect(history.broken()).toEqual(BROKEN);
  });

  it('is broken when wait-for-jobs-required is never written', () => {
    const history = new History({ nodes: ['a'] }).upgrade('a', 'v2', 'cordon-required');
    expect(history.node('a', { state: 'drain-required', unschedulable: true }).broken()).toEqual(BROKEN);
  });

  it('is broken when cordon-required is left without a cordon', () => {
    const history = new History({ nodes: ['a'] }).upgrade('a', 'v2', 'cordon-required');
    expect(history.node('a', { state: 'wait-for-jobs-required' }).broken()).toEqual(BROKEN);
  });

  it('is broken when the uncordon travels alone', () => {
    const history = new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2', 'uncordon-required');
    history.node('a', { unschedulable: false }).node('a', { state: 'upgrade-done' });
    expect(history.broken()).toEqual(BROKEN);
  });

  it('is broken when the uncordon comes a state too early', () => {
    const history = new History({ nodes: ['a'] })
      .revision('v2', 2)
      .upgrade('a', 'v2', 'pod-restart-required');
    history.deleteDriver('a').replaceDriver('a', 'v2');
    history.node('a', { state: 'uncordon-required', unschedulable: false });
    expect(history.broken()).toEqual(BROKEN);
  });

  it('is broken when uncordon-required is passed over', () => {
    const history = new History({ nodes: ['a'] })
      .revision('v2', 2)
      .upgrade('a', 'v2', 'pod-restart-required');
    history.deleteDriver('a').replaceDriver('a', 'v2');
    expect(history.node('a', { state: 'upgrade-done', unschedulable: false }).broken()).toEqual(BROKEN);
  });

  it('lets a node go back untouched when its version is set back, and not otherwise', () => {
    const history = new History({ nodes: ['a'] }).upgrade('a', 'v2', 'upgrade-required');
    expect(history.node('a', { state: 'upgrade-done' }).broken()).toEqual([]);
    history
      .node('a', { state: 'upgrade-required' })
      .node('a', { state: 'upgrade-done', unschedulable: true });
    expect(history.broken()).toEqual(BROKEN);
  });

  it('lets a node go back when its version is set back before a new try, and with it the cordon of the failed one', () => {
    const history = new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2', 'drain-required');
    history.node('a', { state: 'upgrade-failed', failedBefore: true });
    history.revision('v3', 3).node('a', { state: 'upgrade-required' }).revision('v1', 4);
    expect(history.node('a', { state: 'upgrade-done', unschedulable: false }).broken()).toEqual([]);
  });

  it('lets the state be taken away when the flow is off', () => {
    const history = new History({ nodes: ['a'] })
      .upgrade('a', 'v2', 'drain-required')
      .policy({ autoUpgrade: false });
    expect(history.node('a', { state: 'none', unschedulable: false }).broken({ end: 'off' })).toEqual([]);
  });

  it('is broken when the state is taken away while the flow is on', () => {
    expect(new History({ nodes: ['a'] }).node('a', { state: 'none' }).broken()).toEqual(BROKEN);
  });

  it('lets the state be taken away from a node that is not the driver’s any more', () => {
    const history = new History({ nodes: ['a'] }).node('a', { labels: {} });
    expect(history.node('a', { state: 'none' }).broken()).toEqual([]);
  });

  it('lets the state be taken away by one who cannot have heard yet that the node is the driver’s again', () => {
    const history = new History({ nodes: ['a'] }).daemonSetGone().wait(5000).daemonSetMade();
    expect(history.node('a', { state: 'none' }).broken()).toEqual([]);
  });

  it('is broken when the state is taken away though the node has been the driver’s again for long enough', () => {
    const history = new History({ nodes: ['a'] }).daemonSetGone().daemonSetMade().wait(5000);
    expect(history.node('a', { state: 'none' }).broken()).toEqual(BROKEN);
  });

  it('is broken when a node is started while the flow is off', () => {
    const history = new History({ nodes: ['a'] }).policy({ autoUpgrade: false }).wait(5000);
    expect(history.upgrade('a', 'v2', 'cordon-required').broken()).toEqual(BROKEN);
  });

  it('is broken when a node is started that is never to be upgraded', () => {
    const history = new History({ nodes: ['a'] }).node('a', { skip: true });
    expect(history.upgrade('a', 'v2', 'cordon-required').broken()).toEqual(BROKEN);
  });
});

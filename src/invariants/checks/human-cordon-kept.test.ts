import { describe, expect, it } from 'vitest';
import type { UpgradeState } from '../../contract/states.ts';
import { History } from '../testing/history.ts';

/** A node that a person cordoned, in the middle of its upgrade. */
function cordonedByAPerson(): History {
  return new History({ nodes: ['a'] })
    .revision('v2', 2)
    .node('a', { unschedulable: true })
    .node('a', { state: 'upgrade-required' })
    .node('a', { state: 'cordon-required', initiallyUnschedulable: true })
    .node('a', { state: 'wait-for-jobs-required' })
    .node('a', { state: 'drain-required' })
    .node('a', { state: 'pod-restart-required' })
    .deleteDriver('a')
    .replaceDriver('a', 'v2');
}

/** A node that something else than kubectl cordons, before the upgrade does. */
function cordonedByATool(state: UpgradeState): History {
  const history = new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2', state);
  return history.by('others').node('a', { unschedulable: true }).by('operator');
}

/** A node whose upgrade's cordon a person has taken away. */
function uncordonedInTheMiddle(): History {
  const history = new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2', 'drain-required');
  return history.declare('a', 'uncordon').node('a', { unschedulable: false });
}

describe('human-cordon-kept', () => {
  it('holds when a person’s cordon is left in place', () => {
    const history = cordonedByAPerson().node('a', { state: 'upgrade-done', initiallyUnschedulable: false });
    expect(history.broken({ end: 'finished' })).toEqual([]);
  });

  it('is broken when it is taken away at the end', () => {
    const history = cordonedByAPerson().node('a', { state: 'uncordon-required' });
    history.node('a', { state: 'upgrade-done', unschedulable: false });
    expect(history.broken()).toEqual(['human-cordon-kept a']);
  });

  it('is broken when it is taken away in between', () => {
    expect(cordonedByAPerson().node('a', { unschedulable: false }).broken()).toEqual(['human-cordon-kept a']);
  });

  it('lets the person take their own cordon away, if announced', () => {
    const history = cordonedByAPerson().declare('a', 'uncordon').node('a', { unschedulable: false });
    expect(history.node('a', { state: 'upgrade-done' }).broken()).toEqual([]);
  });

  it('is broken when nothing on the node records the person’s cordon', () => {
    const history = new History({ nodes: ['a'] }).node('a', { unschedulable: true });
    history.node('a', { state: 'upgrade-required' }).node('a', { state: 'cordon-required' });
    expect(history.node('a', { state: 'wait-for-jobs-required' }).broken()).toEqual(['human-cordon-kept a']);
  });

  it('keeps a cordon that a person laid while the node waited to be cordoned', () => {
    const history = new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2', 'cordon-required');
    history.node('a', { unschedulable: true }).node('a', { state: 'wait-for-jobs-required' });
    history.node('a', { state: 'drain-required' }).node('a', { state: 'pod-restart-required' });
    history.deleteDriver('a').replaceDriver('a', 'v2').node('a', { state: 'uncordon-required' });
    history.node('a', { state: 'upgrade-done', unschedulable: false });
    expect(history.broken()).toEqual(['human-cordon-kept a', 'human-cordon-kept a']);
  });

  it('is broken when a node that nobody had cordoned is left cordoned', () => {
    const history = new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2', 'uncordon-required');
    expect(history.node('a', { state: 'upgrade-done' }).broken()).toEqual(['human-cordon-kept a']);
  });

  it('lets the upgrade take back the cordon that it laid again in the middle', () => {
    const history = uncordonedInTheMiddle().node('a', { unschedulable: true });
    history.node('a', { state: 'pod-restart-required' }).deleteDriver('a').replaceDriver('a', 'v2');
    history
      .node('a', { state: 'uncordon-required' })
      .node('a', { state: 'upgrade-done', unschedulable: false });
    expect(history.broken({ end: 'finished' })).toEqual([]);
  });

  it('keeps a cordon that a person laid again in the middle', () => {
    const history = uncordonedInTheMiddle().node('a', { unschedulable: true, cordonedByKubectl: true });
    history.node('a', { state: 'pod-restart-required' }).deleteDriver('a').replaceDriver('a', 'v2');
    history.node('a', { state: 'uncordon-required' });
    history.node('a', { state: 'upgrade-done', unschedulable: false, cordonedByKubectl: false });
    expect(history.broken()).toEqual(['human-cordon-kept a']);
  });

  it('does not mistake the cordon of a failed upgrade that is tried again for a person’s', () => {
    const history = new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2', 'drain-required');
    history.node('a', { state: 'upgrade-failed' }).upgrade('a', 'v2');
    expect(history.broken({ end: 'finished' })).toEqual([]);
  });

  it('leaves open what becomes of a cordon that a person laid to repair a failed node', () => {
    const history = new History({ nodes: ['a'] }).revision('v2', 2).upgrade('a', 'v2', 'drain-required');
    history.node('a', { state: 'upgrade-failed' }).node('a', { unschedulable: false });
    history.node('a', { unschedulable: true }).deleteDriver('a').replaceDriver('a', 'v2');
    history
      .node('a', { state: 'uncordon-required' })
      .node('a', { state: 'upgrade-done', unschedulable: false });
    expect(history.broken({ end: 'finished' })).toEqual([]);
  });

  it('is broken when a node is uncordoned that a tool had cordoned before its upgrade', () => {
    const history = cordonedByATool('upgrade-required').node('a', { state: 'cordon-required' });
    expect(history.node('a', { state: 'wait-for-jobs-required' }).broken()).toEqual(['human-cordon-kept a']);
  });

  it('takes a tool’s cordon for the upgrade’s where somebody has labelled the node as being upgraded', () => {
    const history = cordonedByATool('upgrade-required')
      .by('others')
      .node('a', { state: 'uncordon-required' });
    expect(
      history.by('operator').node('a', { state: 'upgrade-done', unschedulable: false }).broken(),
    ).toEqual([]);
  });

  it('does not know whose cordon it is that a tool made in the middle: it looks like another operator’s', () => {
    const history = cordonedByATool('cordon-required').node('a', { state: 'wait-for-jobs-required' });
    expect(history.broken()).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { History } from '../testing/history.ts';
import { parseSelector } from '../selector.ts';

/** A node that is cordoned and about to have its driver pod deleted. */
function readyToReload(policy = {}): History {
  return new History({ nodes: ['a'], policy }).upgrade('a', 'v2', 'pod-restart-required');
}

const BROKEN = ['no-reload-under-load a'];

describe('no-reload-under-load', () => {
  it('holds when the driver pod of a cordoned, empty node is deleted', () => {
    expect(readyToReload().deleteDriver('a').broken()).toEqual([]);
  });

  it('is broken when the node is not cordoned', () => {
    expect(new History({ nodes: ['a'] }).deleteDriver('a').broken()).toEqual(BROKEN);
  });

  it('calls it a race when somebody else uncordoned the node a moment before, and a violation later', () => {
    const uncordoned = (): History =>
      readyToReload().by('others').node('a', { unschedulable: false }).by('operator');
    const { violations, races } = uncordoned().deleteDriver('a').finish();
    expect(violations).toEqual([]);
    expect(races.map(({ invariant }) => invariant)).toContain('no-reload-under-load');
    expect(uncordoned().wait(5000).deleteDriver('a').broken()).toContain('no-reload-under-load a');
  });

  it('is broken when the driver pod vanishes at once, without termination', () => {
    expect(new History({ nodes: ['a'] }).podGone('driver-a').broken()).toEqual(BROKEN);
  });

  it('is broken when a workload was there before the cordon', () => {
    const history = new History({ nodes: ['a'] }).pod('web', { nodeName: 'a' });
    expect(history.upgrade('a', 'v2', 'pod-restart-required').deleteDriver('a').broken()).toEqual(BROKEN);
  });

  it('is broken while a workload still terminates', () => {
    const history = new History({ nodes: ['a'] }).pod('web', { nodeName: 'a' });
    history.upgrade('a', 'v2', 'drain-required').pod('web', { deleting: true, evicted: true });
    history.node('a', { state: 'pod-restart-required' }).deleteDriver('a');
    expect(history.broken()).toEqual(BROKEN);
  });

  it('holds once that workload is gone', () => {
    const history = new History({ nodes: ['a'] }).pod('web', { nodeName: 'a' });
    history.upgrade('a', 'v2', 'drain-required').pod('web', { deleting: true, evicted: true }).podGone('web');
    history.node('a', { state: 'pod-restart-required' }).deleteDriver('a');
    expect(history.broken()).toEqual([]);
  });

  it('calls it a race when the scheduler bound the pod after the cordon, a moment before', () => {
    const { violations, races } = readyToReload().pod('late', { nodeName: 'a' }).deleteDriver('a').finish();
    expect(violations).toEqual([]);
    expect(races.map(({ what }) => what)).toEqual([
      'the driver pod was deleted under work/late (Running, bound at 106, 10 ms before)',
    ]);
  });

  it('is broken when that pod was there long enough to be seen', () => {
    expect(readyToReload().pod('late', { nodeName: 'a' }).wait(2000).deleteDriver('a').broken()).toEqual(
      BROKEN,
    );
  });

  it.each([
    ['of a DaemonSet', { controller: { kind: 'DaemonSet', uid: 'other' } }],
    ['static', { mirror: true }],
    ['that has ended', { phase: 'Succeeded' }],
    ['never to be drained', { labels: { 'nvidia.com/ofed-driver-upgrade-drain.skip': 'true' } }],
  ])('does not count pods %s', (_, pod) => {
    const history = new History({ nodes: ['a'] }).pod('web', { nodeName: 'a', ...pod });
    expect(history.upgrade('a', 'v2', 'pod-restart-required').deleteDriver('a').broken()).toEqual([]);
  });

  it.each([
    ['counts', { app: 'rdma' }, BROKEN],
    ['does not count', { app: 'web' }, []],
  ])('%s a pod by the policy’s podSelector', (_, labels, broken) => {
    const history = new History({ nodes: ['a'], policy: { drained: parseSelector('app=rdma') } });
    history
      .pod('web', { nodeName: 'a', labels })
      .upgrade('a', 'v2', 'pod-restart-required')
      .deleteDriver('a');
    expect(history.broken()).toEqual(broken);
  });

  it('asks for the cordon alone when draining is off', () => {
    const history = new History({ nodes: ['a'], policy: { drained: undefined } }).pod('web', {
      nodeName: 'a',
    });
    expect(history.upgrade('a', 'v2', 'pod-restart-required').deleteDriver('a').broken()).toEqual([]);
  });

  it('asks for the drain when draining was switched off long after, not before', () => {
    const history = new History({ nodes: ['a'], policy: { drained: undefined } }).pod('web', {
      nodeName: 'a',
    });
    history
      .upgrade('a', 'v2', 'pod-restart-required')
      .policy({ drained: parseSelector('') })
      .wait(5000);
    expect(history.deleteDriver('a').broken()).toEqual(BROKEN);
  });

  it('calls it a race when draining was switched on a moment before', () => {
    const history = new History({ nodes: ['a'], policy: { drained: undefined } }).pod('web', {
      nodeName: 'a',
    });
    history
      .wait(60_000)
      .upgrade('a', 'v2', 'pod-restart-required')
      .policy({ drained: parseSelector('') });
    const { violations, races } = history.deleteDriver('a').finish();
    expect([violations.length, races.length]).toEqual([0, 1]);
  });
});

describe('no-reload-under-load, safe load', () => {
  it('holds when the driver may load on a cordoned, empty node', () => {
    const history = new History({ nodes: ['a'] }).node('a', { safeLoad: 'true' });
    history.upgrade('a', 'v2', 'pod-restart-required').node('a', { safeLoad: undefined });
    expect(history.broken()).toEqual([]);
  });

  it('is broken when the node is not cordoned', () => {
    const history = new History({ nodes: ['a'] }).node('a', { safeLoad: 'true' });
    expect(history.node('a', { safeLoad: undefined }).broken()).toEqual(BROKEN);
  });

  it('is broken under a workload', () => {
    const history = new History({ nodes: ['a'] })
      .pod('web', { nodeName: 'a' })
      .node('a', { safeLoad: 'true' });
    history.upgrade('a', 'v2', 'pod-restart-required').node('a', { safeLoad: undefined });
    expect(history.broken()).toEqual(BROKEN);
  });
});

describe('safe load switched off', () => {
  it.each([{ safeLoad: false }, { autoUpgrade: false }])('lets the driver load anywhere: %o', (change) => {
    const history = new History({ nodes: ['a'] }).node('a', { safeLoad: 'true' }).policy(change);
    expect(history.node('a', { safeLoad: undefined }).broken()).toEqual([]);
  });
});

describe('deletions by others', () => {
  it('excuses one that was announced, and only one', () => {
    const history = new History({ nodes: ['a'] }).declare('a', 'driver-pod-deletion').deleteDriver('a');
    expect(history.broken()).toEqual([]);
    expect(history.replaceDriver('a', 'v1').deleteDriver('a').broken()).toEqual(BROKEN);
  });

  it('does not excuse what happened before the announcement', () => {
    const history = new History({ nodes: ['a'] })
      .deleteDriver('a')
      .wait(10)
      .declare('a', 'driver-pod-deletion');
    expect(history.broken()).toEqual(BROKEN);
  });

  it('does not excuse what happened after the announced deed was done', () => {
    const history = new History({ nodes: ['a'] }).declare('a', 'driver-pod-deletion', 1000);
    expect(history.wait(2000).deleteDriver('a').broken()).toEqual(BROKEN);
  });

  it('recognises that the node is gone', () => {
    expect(new History({ nodes: ['a'] }).nodeGone('a').deleteDriver('a').broken()).toEqual([]);
  });

  it('recognises that the DaemonSet is gone', () => {
    expect(new History({ nodes: ['a'] }).daemonSetGone().deleteDriver('a').broken()).toEqual([]);
  });

  it('recognises that the node is not one of the DaemonSet’s any more', () => {
    expect(new History({ nodes: ['a'] }).node('a', { labels: {} }).deleteDriver('a').broken()).toEqual([]);
  });

  it('recognises that the pod has failed, which its DaemonSet replaces', () => {
    const history = new History({ nodes: ['a'] }).pod('driver-a', { phase: 'Failed' });
    expect(history.deleteDriver('a').broken()).toEqual([]);
  });
});

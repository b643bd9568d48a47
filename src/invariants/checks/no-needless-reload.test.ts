import { describe, expect, it } from 'vitest';
import { History } from '../testing/history.ts';

const BROKEN = ['no-needless-reload a'];

/** A node that is about to have its driver pod, of revision v1, replaced by the operator. */
function restarting(): History {
  return new History({ nodes: ['a'] }).wait(60_000).upgrade('a', 'v1', 'pod-restart-required').by('operator');
}

describe('no-needless-reload', () => {
  it('holds when the driver pod is out of date', () => {
    expect(restarting().revision('v2', 2).wait(5000).deleteDriver('a').broken()).toEqual([]);
  });

  it('is broken when the driver pod is of the newest revision', () => {
    expect(restarting().deleteDriver('a').broken()).toEqual(BROKEN);
  });

  it('is broken when nobody knows the newest revision', () => {
    const history = restarting().revision('v2', 2).daemonSetChanged().wait(5000);
    expect(history.deleteDriver('a').broken()).toEqual(BROKEN);
  });

  it('is broken when the driver pod came after the newest revision, however short a time ago that was', () => {
    const history = restarting().revision('v2', 2).by('others').deleteDriver('a').replaceDriver('a', 'v2');
    expect(history.by('operator').deleteDriver('a').broken()).toEqual(BROKEN);
  });

  it('has nothing to say of what others delete', () => {
    expect(restarting().by('others').deleteDriver('a').broken()).toEqual([]);
  });

  it.each([
    [
      'the version was set back',
      (history: History) => history.revision('v2', 2).wait(5000).revision('v1', 3),
    ],
    ['the DaemonSet was changed', (history: History) => history.revision('v2', 2).daemonSetChanged()],
  ])('takes it for a race when %s a moment before', (_, change) => {
    const { violations, races } = change(restarting()).deleteDriver('a').finish();
    expect(violations).toEqual([]);
    expect(races.map(({ invariant }) => invariant)).toEqual(['no-needless-reload']);
  });
});

import { describe, expect, it } from 'vitest';
import { History } from '../testing/history.ts';

const BROKEN = ['done-means-updated a'];

describe('done-means-updated', () => {
  it('holds when the driver pod is of the newest revision and Ready', () => {
    const history = new History({ nodes: ['a'] })
      .revision('v2', 2)
      .wait(5000)
      .upgrade('a', 'v2', 'uncordon-required');
    expect(history.broken()).toEqual([]);
  });

  it('is broken when the driver pod is of an older revision', () => {
    const history = new History({ nodes: ['a'] })
      .revision('v2', 2)
      .wait(5000)
      .upgrade('a', 'v1', 'uncordon-required');
    expect(history.broken()).toEqual(BROKEN);
  });

  it('knows the newest revision by its number, not by its age', () => {
    const history = new History({ nodes: ['a'] }).revision('v2', 2).revision('v1', 3).wait(5000);
    expect(history.upgrade('a', 'v1', 'uncordon-required').broken()).toEqual([]);
  });

  it('is broken when the driver pod is not Ready', () => {
    const history = new History({ nodes: ['a'] })
      .revision('v2', 2)
      .upgrade('a', 'v2', 'pod-restart-required');
    history.deleteDriver('a').replaceDriver('a', 'v2').pod('driver-a', { ready: false }).wait(5000);
    expect(history.node('a', { state: 'uncordon-required' }).broken()).toEqual(BROKEN);
  });

  it('is broken when the node has had no driver pod for long enough to have been heard of', () => {
    const history = new History({ nodes: ['a'] })
      .revision('v2', 2)
      .upgrade('a', 'v2', 'pod-restart-required');
    history.deleteDriver('a').podGone('driver-a').wait(5000).node('a', { state: 'uncordon-required' });
    expect(history.broken()).toEqual(BROKEN);
  });

  it('is broken when nobody can know the newest revision', () => {
    const history = new History({ nodes: ['a'] })
      .revision('v2', 2)
      .upgrade('a', 'v2', 'pod-restart-required');
    history.deleteDriver('a').replaceDriver('a', 'v2').daemonSetChanged().wait(5000);
    expect(history.node('a', { state: 'uncordon-required' }).broken()).toEqual(BROKEN);
  });

  it('calls it a race when somebody else has deleted the driver pod a moment before', () => {
    const history = new History({ nodes: ['a'] }).upgrade('a', 'v1', 'pod-restart-required').wait(5000);
    history.by('others').deleteDriver('a').podGone('driver-a');
    history.by('operator').node('a', { state: 'uncordon-required' });
    const { violations, races } = history.finish();
    expect([violations.length, races.length]).toEqual([0, 1]);
  });

  it('is broken when it was deleted by the very one who claims that it is Ready', () => {
    const history = new History({ nodes: ['a'] }).upgrade('a', 'v1', 'pod-restart-required').wait(5000);
    history.deleteDriver('a').podGone('driver-a').node('a', { state: 'uncordon-required' });
    expect(history.broken()).toEqual(BROKEN);
  });

  it('calls it a race when a new revision came a moment before', () => {
    const history = new History({ nodes: ['a'] }).wait(5000).upgrade('a', 'v1', 'pod-restart-required');
    history
      .deleteDriver('a')
      .replaceDriver('a', 'v1')
      .revision('v2', 2)
      .node('a', { state: 'uncordon-required' });
    const { violations, races } = history.finish();
    expect([violations.length, races.length]).toEqual([0, 1]);
  });

  describe('takes a driver pod that has come a moment ago', () => {
    const replaced = (milliseconds = 500): History => {
      const history = new History({ nodes: ['a'] }).wait(5000).upgrade('a', 'v1', 'pod-restart-required');
      history.by('others').deleteDriver('a').replaceDriver('a', 'v1').pod('driver-a', { ready: false });
      return history.by('operator').wait(milliseconds);
    };
    const judged = (history: History): readonly number[] => {
      const { violations, races } = history.node('a', { state: 'uncordon-required' }).finish();
      return [violations.length, races.length];
    };

    it('for a race: nobody may have heard of it', () => {
      expect(judged(replaced())).toEqual([0, 1]);
    });

    it('for no excuse on a node that says that a driver waits for safe load: that calls for a read', () => {
      expect(judged(replaced(10).node('a', { safeLoad: 'true' }))).toEqual([1, 0]);
    });
  });
});

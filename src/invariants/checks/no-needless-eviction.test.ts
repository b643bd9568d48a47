import { describe, expect, it } from 'vitest';
import { SKIP_DRAIN_LABEL } from '../../contract/keys.ts';
import type { SeenPod } from '../seen.ts';
import { History } from '../testing/history.ts';

const EVICTED = { evicted: true, deleting: true };

/** A node that is being drained, and one that is not, each with a pod. */
function draining(pod: Partial<SeenPod> = {}): History {
  return new History({ nodes: ['a', 'b'] })
    .pod('here', { nodeName: 'a', ...pod })
    .pod('there', { nodeName: 'b' })
    .upgrade('a', 'v2', 'drain-required')
    .by('operator');
}

describe('no-needless-eviction', () => {
  it('holds when a pod is evicted from a node that is being drained', () => {
    expect(draining().pod('here', EVICTED).broken()).toEqual([]);
  });

  it('is broken when a pod is evicted from another node', () => {
    expect(draining().pod('there', EVICTED).broken()).toEqual(['no-needless-eviction b']);
  });

  it('is broken when a pod is evicted that is not to be drained', () => {
    const labels = { [SKIP_DRAIN_LABEL]: 'true' };
    expect(draining({ labels }).pod('here', EVICTED).broken()).toEqual(['no-needless-eviction a']);
  });

  it('has nothing to say of what others evict', () => {
    expect(draining().by('others').pod('there', EVICTED).broken()).toEqual([]);
  });

  it('takes it for a race when the node left its drain a moment before', () => {
    const history = draining().node('a', { state: 'pod-restart-required' }).by('others');
    const report = history.node('a', { state: 'none' }).by('operator').pod('here', EVICTED).finish();
    expect(report.violations).toEqual([]);
    expect(report.races.map(({ invariant }) => invariant)).toEqual(['no-needless-eviction']);
  });
});

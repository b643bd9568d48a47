import { describe, expect, it } from 'vitest';
import { History } from '../testing/history.ts';

/** A node that is being drained, with one workload on it. */
function draining(): History {
  return new History({ nodes: ['a'] }).pod('web', { nodeName: 'a' }).upgrade('a', 'v2', 'drain-required');
}

describe('pdb-respected, without an audit log', () => {
  it('holds when the pod was evicted', () => {
    expect(draining().pod('web', { evicted: true, deleting: true }).podGone('web').broken()).toEqual([]);
  });

  it('is broken when the pod was deleted', () => {
    expect(draining().pod('web', { deleting: true }).broken()).toEqual(['pdb-respected a']);
  });

  it('is broken once when the pod was deleted without grace', () => {
    expect(draining().podGone('web').broken()).toEqual(['pdb-respected a']);
  });

  it('excuses an announced deletion, and pods that are not drained', () => {
    expect(draining().declare('a', 'workload-deletion').podGone('web').broken()).toEqual([]);
    expect(draining().pod('web', { phase: 'Succeeded' }).podGone('web').broken()).toEqual([]);
  });

  it('has nothing to say of pods elsewhere', () => {
    const history = new History({ nodes: ['a', 'b'] }).pod('web', { nodeName: 'b' });
    expect(history.upgrade('a', 'v2', 'drain-required').podGone('web').broken()).toEqual([]);
  });
});

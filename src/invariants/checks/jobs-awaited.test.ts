import { describe, expect, it } from 'vitest';
import type { SeenPod } from '../seen.ts';
import { parseSelector } from '../selector.ts';
import { History } from '../testing/history.ts';

const AWAITED = { selector: parseSelector('app=myapp'), timeoutMs: 60_000 };

/** A node that waits for its jobs, with a pod on it since long ago. */
function waiting(pod: Partial<SeenPod> = {}): History {
  return new History({ nodes: ['a'], policy: { awaited: AWAITED } })
    .pod('job', { nodeName: 'a', labels: { app: 'myapp' }, ...pod })
    .wait(10_000)
    .revision('v2', 2)
    .upgrade('a', 'v2', 'wait-for-jobs-required');
}

const drained = (history: History): readonly string[] =>
  history.node('a', { state: 'drain-required' }).broken();

describe('jobs-awaited', () => {
  it('is broken when a node is drained under a running job', () => {
    expect(drained(waiting())).toEqual(['jobs-awaited a']);
    expect(drained(waiting({ phase: 'Pending' }))).toEqual(['jobs-awaited a']);
  });

  it('holds when the job has ended, or is none that is waited for', () => {
    expect(drained(waiting({ phase: 'Succeeded' }))).toEqual([]);
    expect(drained(waiting({ labels: {} }))).toEqual([]);
  });

  it('holds when the time is over', () => {
    expect(drained(waiting().wait(60_000))).toEqual([]);
  });

  it('holds when somebody has set back since when the node waits', () => {
    const longAgo = Date.UTC(2025, 0, 1);
    expect(drained(waiting().by('others').node('a', { waitingSince: longAgo }).by('operator'))).toEqual([]);
  });

  it('holds when nothing is to be reloaded any more', () => {
    expect(drained(waiting().revision('v1', 3))).toEqual([]);
  });

  it('takes a job that has only just come for a race', () => {
    const late = waiting()
      .pod('late', { nodeName: 'a', labels: { app: 'myapp' } })
      .podGone('job');
    const report = late.node('a', { state: 'drain-required' }).finish();
    expect(report.violations).toEqual([]);
    expect(report.races.map(({ invariant }) => invariant)).toEqual(['jobs-awaited']);
  });
});

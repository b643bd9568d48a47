import { describe, expect, it } from 'vitest';
import type { ShownNode, Wait } from './fleet.ts';
import { News, progressLine } from './plain-lines.ts';
import { fleet } from './testing.ts';

const ROLLOUT = { from: '1', to: '2', parallel: 4, elapsedMs: 61_000 };

it('tells how far the rollout is', () => {
  const midway = fleet(6, [
    { state: 'cordon-required', driver: 'old' },
    { state: 'upgrade-required', driver: 'old' },
    { state: 'upgrade-failed', driver: 'loading' },
  ]);
  expect(progressLine({ ...midway, evicted: 1 }, ROLLOUT)).toBe(
    '  61.0 s  3/6 upgraded, 1 of at most 4 in progress, 1 queued, 1 failed, 1 pod evicted',
  );
  expect(progressLine({ ...fleet(6), evicted: 9 }, { ...ROLLOUT, parallel: 0 })).toBe(
    '  61.0 s  6/6 upgraded, 0 in progress, 9 pods evicted',
  );
});

describe('the news', () => {
  const JOB: Partial<ShownNode> = {
    state: 'wait-for-jobs-required',
    reason: { code: 'jobs-running', message: 'Waiting for 1 pod(s) to complete: work/training' },
  };
  const FAILED: Partial<ShownNode> = {
    state: 'upgrade-failed',
    driver: 'loading',
    reason: { code: 'failed', message: 'There is no such image' },
  };

  it('tells of each trouble once, of nodes that share it together', () => {
    const news = new News();
    expect(news.linesOf(fleet(4, [JOB, FAILED, FAILED]), 100)).toEqual([
      '   0.1 s  node-1, node-2  failed: There is no such image',
      '   0.1 s  node-0  jobs-running: Waiting for 1 pod(s) to complete: work/training',
    ]);
    expect(news.linesOf(fleet(4, [JOB, FAILED, FAILED, FAILED]), 200)).toEqual([
      '   0.2 s  node-3  failed: the same as on node-1',
    ]);
  });

  it('tells in full what differs in more than the end of a name', () => {
    const news = new News();
    const failure = (message: string) => [{ ...FAILED, reason: { code: 'failed', message } }];
    news.linesOf(fleet(2, failure('Pod mofed-ds-9pf94: no image')), 100);
    const again = (message: string) => news.linesOf(fleet(2, [FAILED, ...failure(message)]), 200);
    expect(again('Pod mofed-ds-4qf2r: it crashes')).toEqual([
      '   0.2 s  node-1  failed: Pod mofed-ds-4qf2r: it crashes',
    ]);
  });

  it('tells how long a wait was when the node goes on, once', () => {
    const news = new News();
    const wait: Wait = {
      ...{ node: 'node-0', state: 'drain-required', next: 'pod-restart-required' },
      ...{ cause: 'for the budget "db"', ms: 7640 },
    };
    const failed: Wait = { ...wait, node: 'node-1', next: 'upgrade-failed' };
    const later = { ...fleet(2), waits: [wait, failed] };
    expect(news.linesOf(later, 8600)).toEqual([
      '   8.6 s  node-0  goes on: waited 7.6 s for the budget "db"',
    ]);
    expect(news.linesOf(later, 8700)).toEqual([]);
  });

  it('tells the same again in another upgrade', () => {
    const news = new News();
    const told = news.linesOf(fleet(2, [FAILED]), 100);
    news.linesOf(fleet(2), 200);
    expect(news.linesOf(fleet(2, [FAILED]), 100)).toEqual(told);
  });

  it('tells when a node that had failed is upgraded after all', () => {
    const news = new News();
    news.linesOf(fleet(2, [FAILED]), 0);
    expect(news.linesOf(fleet(2, [{ state: 'uncordon-required' }]), 1000)).toEqual([]);
    const wait: Wait = {
      ...{ node: 'node-0', state: 'upgrade-failed', next: 'uncordon-required' },
      ...{ cause: 'for its failure to be mended', ms: 5600 },
    };
    const after = { ...fleet(2), waits: [wait] };
    expect(news.linesOf(after, 2000)).toEqual([
      '   2.0 s  node-0  recovered, and upgraded; it had failed for 5.6 s',
    ]);
    expect(news.linesOf(after, 3000)).toEqual([]);
  });
});

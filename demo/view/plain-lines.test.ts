import { describe, expect, it } from 'vitest';
import type { ShownNode } from './fleet.ts';
import { News, progressLine, stepLines } from './plain-lines.ts';
import { fleet } from './testing.ts';

const ROLLOUT = { from: '1', to: '2', parallel: 4, elapsedMs: 61_000 };

it('tells the states that a node passed in one line', () => {
  const steps = [
    { name: 'node-07', states: ['upgrade-required', 'cordon-required', 'drain-required'] as const },
  ];
  expect(stepLines(steps, 12_340)).toEqual(['  12.3 s  node-07  cordon-required, drain-required']);
});

it('tells of nodes that passed the same states together', () => {
  const steps = Array.from({ length: 8 }, (_, index) => ({
    name: `node-${7 - index}`,
    states: ['upgrade-done', 'upgrade-required'] as const,
  }));
  expect(stepLines([...steps, { name: 'node-8', states: ['none', 'upgrade-done'] }], 500)).toEqual([
    '   0.5 s  node-0, node-1, node-2, node-3, node-4, node-5 and 2 more  upgrade-required',
    '   0.5 s  node-8  upgrade-done',
  ]);
});

it('tells how far the rollout is', () => {
  const { nodes } = fleet(6, [
    { state: 'cordon-required', driver: 'old' },
    { state: 'upgrade-required', driver: 'old' },
    { state: 'upgrade-failed', driver: 'loading' },
  ]);
  expect(progressLine({ nodes, evicted: 1 }, ROLLOUT)).toBe(
    '  61.0 s  3/6 upgraded, 1 of at most 4 in progress, 1 queued, 1 failed, 1 pod evicted',
  );
  expect(progressLine({ nodes: fleet(6).nodes, evicted: 9 }, { ...ROLLOUT, parallel: 0 })).toBe(
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
      '   0.2 s  node-3  failed: There is no such image',
    ]);
  });

  it('tells when a node that had failed is upgraded after all', () => {
    const news = new News();
    news.linesOf(fleet(2, [FAILED]), 0);
    expect(news.linesOf(fleet(2, [{ state: 'uncordon-required' }]), 1000)).toEqual([]);
    expect(news.linesOf(fleet(2), 2000)).toEqual(['   2.0 s  node-0  recovered, and upgraded']);
    expect(news.linesOf(fleet(2), 3000)).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { progressLine, stepLines } from './plain-lines.ts';
import { fleet } from './testing.ts';

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
    '   0.5 s  node-0 node-1 node-2 node-3 node-4 node-5 and 2 more  upgrade-required',
    '   0.5 s  node-8  upgrade-done',
  ]);
});

it('tells how far the rollout is, and what holds up a node', () => {
  const rollout = { from: '1', to: '2', parallel: 4, elapsedMs: 61_000 };
  const { nodes } = fleet(6, [
    { state: 'cordon-required', driver: 'old' },
    { state: 'drain-required', driver: 'old', reason: 'eviction-blocked: a budget forbids it' },
  ]);
  expect(progressLine({ nodes, evicted: 1 }, rollout)).toBe(
    '  61.0 s  4/6 upgraded, 2 of at most 4 in progress, 1 pod evicted, node-1 eviction-blocked: a budget forbids it',
  );
  expect(progressLine({ nodes: fleet(6).nodes, evicted: 9 }, { ...rollout, parallel: 0 })).toBe(
    '  61.0 s  6/6 upgraded, 0 in progress, 9 pods evicted',
  );
});

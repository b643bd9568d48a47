import { expect, it } from 'vitest';
import { demoPolicy, planWorkloads } from './surroundings.ts';

const options = { nodes: 24, parallel: 4, keep: false };

it('changes nothing of the documented policy but the limit', () => {
  const limit = /maxParallelUpgrades: \d+/;
  expect(demoPolicy(7)).toMatch(/maxParallelUpgrades: 7\n/);
  expect(demoPolicy(7).replace(limit, '')).toBe(demoPolicy(0).replace(limit, ''));
});

it('lets so few pods be missing that a drain goes step by step', () => {
  expect(planWorkloads(options)).toEqual({ replicas: 48, maxUnavailable: 1 });
  expect(planWorkloads({ ...options, nodes: 100, parallel: 20 })).toEqual({
    replicas: 200,
    maxUnavailable: 5,
  });
});

it('has one pod a node where most nodes are cordoned at once', () => {
  expect(planWorkloads({ ...options, parallel: 0 })).toEqual({ replicas: 24, maxUnavailable: 3 });
  expect(planWorkloads({ ...options, parallel: 20 }).replicas).toBe(24);
});

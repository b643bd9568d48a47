import { expect, it } from 'vitest';
import { OS_VERSION_LABEL } from '../../src/contract/keys.ts';
import { planFleet, ZONE_LABEL } from './fleet-plan.ts';

it.each([12, 13, 60, 300])('has something else in store for each of its special nodes, of %i', (count) => {
  const { nodes, held, busy, others } = planFleet(count);
  const names = nodes.map(({ name }) => name);
  expect(names).toEqual([...names].sort());
  expect(new Set([...names, held, ...busy, ...others]).size).toBe(count);
  expect(new Set([held, ...busy, ...others]).size).toBe(8);
});

it('spreads the nodes over four zones', () => {
  const zones = planFleet(60).nodes.map(({ labels }) => labels[ZONE_LABEL]);
  const sizes = ['zone-a', 'zone-b', 'zone-c', 'zone-d'].map(
    (name) => zones.filter((zone) => zone === name).length,
  );
  expect(sizes).toEqual([15, 15, 15, 15]);
});

it('gives each node an address of its own, and the system that its labels speak of', () => {
  const { nodes, others } = planFleet(300);
  expect(new Set(nodes.map(({ internalIP }) => internalIP)).size).toBe(300);
  for (const { name, labels, osImage } of nodes) expect(osImage, name).toContain(labels[OS_VERSION_LABEL]);
  const newer = nodes.filter(({ kernelVersion }) => kernelVersion.startsWith('6.8.'));
  expect(newer.map(({ name }) => name)).toEqual(others);
});

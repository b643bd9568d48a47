import { beforeAll, describe, expect, it } from 'vitest';
import { driverPods } from '../../src/operator/resources/driver-pods.ts';
import { nodes } from '../../src/operator/resources/nodes.ts';
import { aRawDriverPod, aRawNode } from '../../src/operator/testing/builders.ts';
import { simulateRollout, type SimulatedCost } from './simulated-rollout.ts';

/** Work is counted here, not timed: it is the same on every machine. A larger fleet must not make any node more expensive. */
describe('an upgrade of a whole fleet', () => {
  const sizes = { small: 40, large: 400 } as const;
  let small: SimulatedCost;
  let large: SimulatedCost;

  beforeAll(async () => {
    small = await simulateRollout({ nodes: sizes.small, parallel: 10, loadMs: 1000 });
    large = await simulateRollout({ nodes: sizes.large, parallel: 100, loadMs: 1000 });
  });

  const perNode = ({ calls, nodes: count }: SimulatedCost): Readonly<Record<string, number>> =>
    Object.fromEntries(
      [
        'patch nodes',
        'get nodes',
        'list nodes',
        'watch pods',
        'list pods',
        'create pods/eviction',
        'delete pods',
      ].map((kind) => [kind, (calls[kind] ?? 0) / count]),
    );

  it('takes ten requests for each node besides its evictions and Events, however many there are', () => {
    const each = {
      'patch nodes': 8,
      'get nodes': 0,
      'list nodes': 0,
      'watch pods': 1,
      'list pods': 0,
      'create pods/eviction': 1,
      'delete pods': 1,
    };
    expect(perNode(small)).toEqual(each);
    expect(perNode(large)).toEqual(each);
  });

  it('takes no more decisions for each node in a larger fleet', () => {
    // One of them when it may be written that the node needs an upgrade, which few nodes of a small fleet have to wait for.
    for (const { decisions, nodes: count } of [small, large])
      expect(decisions / count).toBeLessThanOrEqual(21);
  });

  it('reads no more objects for each node in a larger fleet', () => {
    // Eight writes that come back twice, as an answer and by the watch; three times a driver pod; the workload that is there and goes.
    expect(large.objects / large.nodes).toBeLessThanOrEqual(small.objects / small.nodes);
    expect(large.objects / large.nodes).toBeLessThanOrEqual(24);
  });

  it('leaves no watch behind', () => {
    expect([small.watchesLeft, large.watchesLeft]).toEqual([0, 0]);
  });

  it('takes as long as the drivers take to load, one slot after the other', () => {
    expect(large.virtualSeconds).toBeGreaterThanOrEqual(4);
    expect(large.virtualSeconds).toBeLessThanOrEqual(8);
  });
});

describe('what is kept in memory', () => {
  const bulk = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`example.com/key-${index}`, 'x'.repeat(100)]),
  );
  const bytes = (object: unknown): number => JSON.stringify(object).length;

  it('is less than a kilobyte of a node, whatever others have written on it', () => {
    const raw = aRawNode({ state: 'upgrade-done', labels: bulk, annotations: bulk });
    expect(bytes(raw)).toBeGreaterThan(40_000);
    expect(bytes(nodes.trim(raw))).toBeLessThan(1000);
  });

  it('is less than half a kilobyte of a driver pod', () => {
    const raw = aRawDriverPod({ labels: bulk });
    expect(bytes(raw)).toBeGreaterThan(20_000);
    expect(bytes(driverPods.trim(raw))).toBeLessThan(500);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { KERNEL_LABEL, NIC_PRESENT_LABEL } from '../../contract/keys.ts';
import type { StoredNode } from '../resources/nodes.ts';
import { aStoredNode } from '../testing/builders.ts';
import { PoolIndex } from './pool-index.ts';

let pools: PoolIndex;

beforeEach(() => {
  pools = new PoolIndex();
});

const node = (name: string, kernel: string): StoredNode =>
  aStoredNode({ name, labels: { [KERNEL_LABEL]: kernel } });
const withoutNic = (name: string): StoredNode =>
  aStoredNode({ name, labels: { [NIC_PRESENT_LABEL]: 'false' } });
const apply = (before: StoredNode | undefined, after: StoredNode | undefined): boolean =>
  pools.apply({ key: (after ?? before)!.name, before, after });
const kernels = (): readonly string[] => pools.values().map(({ kernel }) => kernel);

describe('A pool', () => {
  it('comes with its first node and goes with its last', () => {
    expect(apply(undefined, node('a', '5.15'))).toBe(true);
    expect(apply(undefined, node('b', '5.15'))).toBe(false);
    expect(kernels()).toEqual(['5.15']);
    expect(apply(node('a', '5.15'), undefined)).toBe(false);
    expect(kernels()).toEqual(['5.15']);
    expect(apply(node('b', '5.15'), undefined)).toBe(true);
    expect(kernels()).toEqual([]);
  });

  it('is left for another one by a node whose kernel was changed', () => {
    apply(undefined, node('a', '5.15'));
    expect(apply(node('a', '5.15'), node('a', '6.8'))).toBe(true);
    expect(kernels()).toEqual(['6.8']);
  });

  it('comes, though none goes, when one of its neighbours’ nodes joins it', () => {
    apply(undefined, node('a', '5.15'));
    apply(undefined, node('b', '5.15'));
    expect(apply(node('a', '5.15'), node('a', '6.8'))).toBe(true);
    expect(kernels()).toEqual(['5.15', '6.8']);
  });

  it('is not changed by what else is changed about a node', () => {
    apply(undefined, node('a', '5.15'));
    expect(apply(node('a', '5.15'), { ...node('a', '5.15'), unschedulable: true })).toBe(false);
    expect(kernels()).toEqual(['5.15']);
  });

  it('has no nodes without a NIC, and loses those whose NIC is no longer seen', () => {
    expect(apply(undefined, withoutNic('a'))).toBe(false);
    apply(undefined, node('b', '5.15'));
    expect(apply(node('b', '5.15'), withoutNic('b'))).toBe(true);
    expect(kernels()).toEqual([]);
  });

  it('has no nodes at which Node Feature Discovery has not looked yet', () => {
    expect(apply(undefined, node('a', ''))).toBe(false);
    expect(apply(node('a', ''), node('a', '5.15'))).toBe(true);
    expect(kernels()).toEqual(['5.15']);
  });

  it('is counted right however many nodes move back and forth', () => {
    apply(undefined, node('a', '5.15'));
    for (let i = 0; i < 3; i += 1) {
      apply(node('a', '5.15'), node('a', '6.8'));
      apply(node('a', '6.8'), node('a', '5.15'));
    }
    expect(kernels()).toEqual(['5.15']);
    expect(apply(node('a', '5.15'), undefined)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { nodeSelectorOf, poolOf } from './pool.ts';
import { driverWaitLabel } from './wait-label.ts';

const LABELS = {
  'feature.node.kubernetes.io/pci-15b3.present': 'true',
  'feature.node.kubernetes.io/system-os_release.ID': 'rhel',
  'feature.node.kubernetes.io/system-os_release.VERSION_ID': '9.2',
  'feature.node.kubernetes.io/kernel-version.full': '5.14.0-284.43.1.el9_2.x86_64',
  'kubernetes.io/arch': 'amd64',
};

describe('poolOf', () => {
  it('reads a pool from the labels of a node', () => {
    expect(poolOf(LABELS)).toEqual({
      pool: { osId: 'rhel', osVersion: '9.2', kernel: '5.14.0-284.43.1.el9_2.x86_64', arch: 'amd64' },
    });
  });

  it('selects exactly the nodes that have these labels', () => {
    const found = poolOf(LABELS);
    expect(found && 'pool' in found && nodeSelectorOf(found.pool)).toEqual(LABELS);
  });

  it.each([undefined, {}, { ...LABELS, 'feature.node.kubernetes.io/pci-15b3.present': 'false' }])(
    'has none for a node without a NIC: %j',
    (labels) => {
      expect(poolOf(labels)).toBeUndefined();
    },
  );

  it('names the labels that a node with a NIC lacks', () => {
    const { 'kubernetes.io/arch': _, ...rest } = LABELS;
    expect(poolOf({ ...rest, 'feature.node.kubernetes.io/kernel-version.full': '' })).toEqual({
      missing: ['feature.node.kubernetes.io/kernel-version.full', 'kubernetes.io/arch'],
    });
  });
});

describe('driverWaitLabel', () => {
  it.each([
    [{ hasNic: false, driverWanted: true, driverReady: true }, undefined],
    [{ hasNic: true, driverWanted: true, driverReady: true }, 'false'],
    [{ hasNic: true, driverWanted: true, driverReady: false }, 'true'],
    [{ hasNic: true, driverWanted: false, driverReady: false }, 'false'],
  ])('%j: %s', (node, label) => {
    expect(driverWaitLabel(node)).toBe(label);
  });
});

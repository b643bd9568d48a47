import { describe, expect, it } from 'vitest';
import { DRIVER_LABEL, SKIP_DRAIN_LABEL } from '../contract/keys.ts';
import { drainVerdict } from './drain-rules.ts';
import { aDrainPolicy, aPod } from './testing/builders.ts';

const plain = aDrainPolicy();
const force = aDrainPolicy({ force: true });
const deleteEmptyDir = aDrainPolicy({ deleteEmptyDir: true });
const anything = aDrainPolicy({ force: true, deleteEmptyDir: true });

describe('a drain', () => {
  it('evicts a pod that a controller will bring back elsewhere', () => {
    expect(drainVerdict(aPod({ controllerKind: 'ReplicaSet' }), plain)).toBe('evict');
    expect(drainVerdict(aPod({ controllerKind: 'StatefulSet' }), plain)).toBe('evict');
    expect(drainVerdict(aPod({ controllerKind: 'Job' }), plain)).toBe('evict');
  });

  it('evicts a pod that has not started yet', () => {
    expect(drainVerdict(aPod({ phase: 'Pending' }), plain)).toBe('evict');
  });

  it('ignores a DaemonSet’s pod, even with force', () => {
    expect(drainVerdict(aPod({ controllerKind: 'DaemonSet' }), plain)).toBe('ignore');
    expect(drainVerdict(aPod({ controllerKind: 'DaemonSet' }), anything)).toBe('ignore');
  });

  it('ignores a DaemonSet’s pod that has an emptyDir', () => {
    expect(drainVerdict(aPod({ controllerKind: 'DaemonSet', emptyDir: true }), plain)).toBe('ignore');
  });

  it('ignores a static pod’s mirror, even with force, and even once it has finished', () => {
    const mirror = aPod({ mirror: true, controllerKind: 'Node' });
    expect(drainVerdict(mirror, plain)).toBe('ignore');
    expect(drainVerdict({ ...mirror, controllerKind: undefined }, anything)).toBe('ignore');
    expect(drainVerdict({ ...mirror, phase: 'Succeeded' }, anything)).toBe('ignore');
  });

  it.each(['Succeeded', 'Failed'])(
    'evicts a pod that is %s, whoever owns it and whatever volumes it has',
    (phase) => {
      expect(drainVerdict(aPod({ phase, controllerKind: undefined }), plain)).toBe('evict');
      expect(drainVerdict(aPod({ phase, emptyDir: true }), plain)).toBe('evict');
      expect(drainVerdict(aPod({ phase, controllerKind: 'DaemonSet' }), plain)).toBe('evict');
    },
  );

  it('refuses a pod that no controller owns, unless forced', () => {
    const unowned = aPod({ controllerKind: undefined });
    expect(drainVerdict(unowned, plain)).toBe('refuse-unowned');
    expect(drainVerdict(unowned, deleteEmptyDir)).toBe('refuse-unowned');
    expect(drainVerdict(unowned, force)).toBe('evict');
  });

  it('refuses a pod with an emptyDir, unless its data may be deleted', () => {
    const local = aPod({ emptyDir: true });
    expect(drainVerdict(local, plain)).toBe('refuse-empty-dir');
    expect(drainVerdict(local, force)).toBe('refuse-empty-dir');
    expect(drainVerdict(local, deleteEmptyDir)).toBe('evict');
  });

  it('needs both permissions for an unowned pod with an emptyDir', () => {
    const both = aPod({ controllerKind: undefined, emptyDir: true });
    expect(drainVerdict(both, force)).toBe('refuse-empty-dir');
    expect(drainVerdict(both, deleteEmptyDir)).toBe('refuse-unowned');
    expect(drainVerdict(both, anything)).toBe('evict');
  });

  it('waits for a pod that is terminating already, without asking for permission', () => {
    expect(drainVerdict(aPod({ terminating: true, controllerKind: undefined, emptyDir: true }), plain)).toBe(
      'evict',
    );
  });

  it('does not wait for a terminating pod of a DaemonSet', () => {
    expect(drainVerdict(aPod({ terminating: true, controllerKind: 'DaemonSet' }), plain)).toBe('ignore');
  });

  it('ignores a pod that is labelled to be skipped, whatever else it is', () => {
    const labels = { [SKIP_DRAIN_LABEL]: 'true' };
    expect(drainVerdict(aPod({ labels }), plain)).toBe('ignore');
    expect(drainVerdict(aPod({ labels, controllerKind: undefined, emptyDir: true }), plain)).toBe('ignore');
    expect(drainVerdict(aPod({ labels, phase: 'Failed' }), plain)).toBe('ignore');
  });

  it('takes no value of the skip label but "true" for a yes', () => {
    expect(drainVerdict(aPod({ labels: { [SKIP_DRAIN_LABEL]: 'false' } }), plain)).toBe('evict');
    expect(drainVerdict(aPod({ labels: { [SKIP_DRAIN_LABEL]: '' } }), plain)).toBe('evict');
  });

  it('ignores driver pods, which the restart replaces, even orphaned ones', () => {
    const labels = { [DRIVER_LABEL]: '' };
    expect(drainVerdict(aPod({ labels, controllerKind: 'DaemonSet' }), anything)).toBe('ignore');
    expect(drainVerdict(aPod({ labels, controllerKind: undefined }), plain)).toBe('ignore');
  });

  it('concerns only the pods that the selector matches', () => {
    const selective = aDrainPolicy({ podSelector: 'nic=used' });
    expect(drainVerdict(aPod({ labels: { nic: 'used' } }), selective)).toBe('evict');
    expect(drainVerdict(aPod({ labels: { nic: 'idle' } }), selective)).toBe('ignore');
    expect(drainVerdict(aPod({ controllerKind: undefined, emptyDir: true }), selective)).toBe('ignore');
    expect(drainVerdict(aPod({ phase: 'Succeeded' }), selective)).toBe('ignore');
  });

  it('still refuses what it may not evict among the pods that the selector matches', () => {
    const selective = aDrainPolicy({ podSelector: 'nic=used' });
    expect(drainVerdict(aPod({ labels: { nic: 'used' }, controllerKind: undefined }), selective)).toBe(
      'refuse-unowned',
    );
  });
});

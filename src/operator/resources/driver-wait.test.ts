import { describe, expect, it } from 'vitest';
import { aRawDriverPod } from '../testing/builders.ts';
import { driverPods } from './driver-pods.ts';
import type { RawPod } from './raw-pod.ts';

const spec = {
  initContainers: [{ name: 'hold', image: 'operator:1' }],
  containers: [{ name: 'mofed-container', image: 'mofed:1' }],
};
const ended = { name: 'first', state: { terminated: { exitCode: 0 } } };
const waitsFor = (status: RawPod['status']) =>
  driverPods.trim({ ...aRawDriverPod(), ...{ spec, status } }).waitsFor;

describe('A driver pod that comes up waits', () => {
  it('for the scheduler, in its words', () => {
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: 'no memory',
    };
    expect(waitsFor({ conditions: [condition] })).toEqual({
      kind: 'scheduler',
      says: 'Unschedulable (no memory)',
    });
  });

  it('for the first of its init containers that has not ended well, with its image', () => {
    const running = { name: 'hold' };
    const about = { kind: 'init', container: 'hold', image: 'operator:1' };
    expect(waitsFor({ initContainerStatuses: [ended, running] })).toEqual({ ...about, says: '' });
    const crashed = { name: 'hold', state: { terminated: { exitCode: 1 } } };
    expect(waitsFor({ initContainerStatuses: [ended, crashed] })).toMatchObject(about);
  });

  it('for its driver container, with what the kubelet says of it', () => {
    const driver = {
      name: 'mofed-container',
      state: { waiting: { reason: 'ErrImagePull', message: 'not found' } },
    };
    expect(waitsFor({ initContainerStatuses: [ended], containerStatuses: [driver] })).toEqual({
      kind: 'container',
      container: 'mofed-container',
      image: 'mofed:1',
      says: 'ErrImagePull (not found)',
    });
  });

  it('for nothing that is known once its driver is Ready, or before anybody says anything', () => {
    expect(waitsFor({ containerStatuses: [{ name: 'mofed-container', ready: true }] })).toBeUndefined();
    expect(waitsFor(undefined)).toBeUndefined();
  });
});

describe('A driver pod that terminates', () => {
  it('has the end of its grace period, and its finalizers', () => {
    const raw = aRawDriverPod({ terminating: true });
    const held = { ...raw, metadata: { ...raw.metadata, finalizers: ['example.com/hold'] } };
    expect(driverPods.trim(held)).toMatchObject({
      graceEndsAt: Date.UTC(2026, 0, 1),
      finalizers: ['example.com/hold'],
    });
    expect(driverPods.trim(aRawDriverPod())).not.toHaveProperty('graceEndsAt');
  });
});

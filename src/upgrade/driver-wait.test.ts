import { describe, expect, it } from 'vitest';
import { aDriverPod, aNode, NOW } from './testing/builders.ts';
import { decide } from './testing/outcome.ts';
import type { DriverPod } from './view.ts';

const restarting = { state: 'pod-restart-required', cordoned: true } as const;
const waiting = (pod: DriverPod, now = NOW) => decide(aNode({ ...restarting, driver: [pod] }), { now });
const pod = { namespace: 'nvidia-network-operator', name: 'mofed-1' };

describe('the wait for a driver that comes up', () => {
  it('names what it waits for: the scheduler, an init container, or its own container', () => {
    const about = { container: 'c', image: 'image:1', says: 'words' };
    const starting = (waitsFor: NonNullable<DriverPod['waitsFor']>) =>
      waiting(aDriverPod('starting', { waitsFor })).reason;
    expect(starting({ kind: 'scheduler', says: 'no memory' })).toEqual({
      code: 'driver-unscheduled',
      pod,
      says: 'no memory',
    });
    expect(starting({ kind: 'init', ...about })).toEqual({ code: 'driver-init-waiting', pod, ...about });
    expect(starting({ kind: 'container', ...about })).toEqual({ code: 'driver-starting', pod, ...about });
  });
});

describe('the wait for a driver that terminates', () => {
  const ending = aDriverPod('terminating', { graceEndsAt: NOW, finalizers: ['example.com/hold'] });

  it('is stuck half a minute after its grace period, of which it wakes by itself', () => {
    expect(waiting(ending)).toMatchObject({ reason: { code: 'driver-terminating' }, wakeAt: NOW + 30_000 });
    expect(waiting(ending, NOW + 30_000)).toMatchObject({
      reason: {
        code: 'driver-stuck-terminating',
        pod: { ...pod, graceEndsAt: NOW, finalizers: ['example.com/hold'] },
        nodeReady: true,
      },
      wakeAt: undefined,
    });
  });

  it('has no end that is known where the pod does not say when its grace period is over', () => {
    expect(waiting(aDriverPod('terminating'), NOW + 1e9).reason?.code).toBe('driver-terminating');
  });
});

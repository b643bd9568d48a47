import { describe, expect, it } from 'vitest';
import { DRIVER_CONTAINER, DRIVER_LABEL } from '../contract/keys.ts';
import { estimatesFrom } from './estimates.ts';
import type { RawPodObject } from './snapshot.ts';

const CREATED = Date.UTC(2026, 0, 1);

/** A driver pod that was Ready so many seconds after its creation; undefined: it is not Ready. */
function driver(nodeName: string, seconds: number | undefined): RawPodObject {
  const ready = seconds === undefined ? 'False' : 'True';
  const lastTransitionTime = new Date(CREATED + (seconds ?? 0) * 1000).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `mofed-${nodeName}`,
      labels: { [DRIVER_LABEL]: '' },
      creationTimestamp: new Date(CREATED).toISOString(),
    },
    spec: { nodeName, containers: [{ name: DRIVER_CONTAINER }] },
    status: { conditions: [{ type: 'Ready', status: ready, lastTransitionTime }] },
  };
}

describe('How long things may take', () => {
  it('is, of a driver, what it took on the same node, and elsewhere the median', () => {
    const drivers = [driver('a', 100), driver('b', 120), driver('c', 140), driver('d', undefined)];
    const { driverLoad, driverLoadOn, driversMeasured } = estimatesFrom(drivers, undefined);
    expect({ driverLoad, driversMeasured }).toEqual({ driverLoad: 120_000, driversMeasured: 3 });
    expect(Object.fromEntries(driverLoadOn)).toEqual({ a: 100_000, b: 120_000, c: 140_000 });
  });

  it('is not learned from a driver that became Ready once more, days later', () => {
    const drivers = [driver('a', 100), driver('b', 120), driver('c', 500_000)];
    expect(estimatesFrom(drivers, undefined).driverLoadOn.has('c')).toBe(false);
  });

  it('is, of what ends, the rest of the time that the last rollout had nodes out of service', () => {
    const drivers = [driver('a', 100), driver('b', 140), driver('c', 120)];
    const last = { upgraded: 3, nodeSecondsOutOfService: 3 * 150, podsEvicted: 0 };
    expect(estimatesFrom(drivers, last)).toMatchObject({
      driverStop: 30_000,
      podStop: Infinity,
      endsMeasured: true,
    });
    expect(estimatesFrom(drivers, { ...last, podsEvicted: 9 })).toMatchObject({
      driverStop: 15_000,
      podStop: 15_000,
    });
  });

  it('is assumed where nothing is known', () => {
    expect(estimatesFrom([], { upgraded: 1, nodeSecondsOutOfService: 1, podsEvicted: 0 })).toMatchObject({
      driversMeasured: 0,
      endsMeasured: false,
    });
  });
});

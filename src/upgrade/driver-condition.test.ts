import { describe, expect, it } from 'vitest';
import { driverCondition, isUpToDate } from './driver-condition.ts';
import { aDriverPod, aNode, NEW } from './testing/builders.ts';
import type { DriverPod } from './view.ts';

const kindOf = (driver: NonNullable<Parameters<typeof aNode>[0]>['driver']): string =>
  driverCondition(aNode({ ...(driver === undefined ? {} : { driver }) })).kind;

describe('the driver of a node', () => {
  it('is ready when its pod is of the newest revision and Ready', () => {
    expect(kindOf('ready')).toBe('ready');
  });

  it('is outdated when its pod is of another revision, Ready or not', () => {
    expect(kindOf('outdated')).toBe('outdated');
    expect(kindOf('outdated-not-ready')).toBe('outdated');
  });

  it('is outdated, not failing, when an old pod cannot come up', () => {
    expect(kindOf([aDriverPod('failing', { revision: 'revision-older' })])).toBe('outdated');
  });

  it('is starting as long as its up-to-date pod is not Ready', () => {
    expect(kindOf('starting')).toBe('starting');
  });

  it('is failing when its up-to-date pod cannot come up', () => {
    expect(kindOf('failing')).toBe('failing');
  });

  it('is ready once the pod is Ready, whatever it went through before', () => {
    expect(kindOf([aDriverPod('failing', { ready: true })])).toBe('ready');
  });

  it('is unknown as long as the DaemonSet’s newest revision is', () => {
    expect(kindOf('unknown')).toBe('unknown');
  });

  it('is unknown when the pod does not say of which revision it is', () => {
    expect(kindOf([aDriverPod('ready', { revision: undefined })])).toBe('unknown');
  });

  it('is orphaned when no DaemonSet owns the pod, even if its revision is the right one', () => {
    expect(kindOf('orphaned')).toBe('orphaned');
    expect(kindOf([aDriverPod('orphaned', { wantedRevision: NEW })])).toBe('orphaned');
  });

  it('is terminating when no pod stays', () => {
    expect(kindOf('terminating')).toBe('terminating');
    expect(kindOf([aDriverPod('ready', { terminating: true })])).toBe('terminating');
  });

  it('is missing when a DaemonSet wants a pod here and there is none', () => {
    expect(kindOf('missing')).toBe('missing');
  });

  it('is unwanted when no DaemonSet does, and none is there', () => {
    expect(kindOf('unwanted')).toBe('unwanted');
  });

  it('is that of the pod which stays, when another is terminating', () => {
    const leaving = aDriverPod('outdated', { uid: 'old', terminating: true });
    expect(kindOf([leaving, aDriverPod('starting')])).toBe('starting');
    expect(kindOf([aDriverPod('ready'), leaving])).toBe('ready');
  });

  it.each<readonly [worse: Parameters<typeof aDriverPod>[0], better: Parameters<typeof aDriverPod>[0]]>([
    ['starting', 'ready'],
    ['failing', 'starting'],
    ['unknown', 'failing'],
    ['outdated', 'unknown'],
    ['orphaned', 'outdated'],
  ])('is %s when one of two pods is so, and the other %s, in whichever order', (worse, better) => {
    const one: DriverPod = aDriverPod(worse, { uid: 'one' });
    const other: DriverPod = aDriverPod(better, { uid: 'other' });
    expect(kindOf([one, other])).toBe(worse);
    expect(kindOf([other, one])).toBe(worse);
    expect(driverCondition(aNode({ driver: [other, one] }))).toEqual(
      driverCondition(aNode({ driver: [one] })),
    );
  });
});

describe('a driver is up to date', () => {
  it('only when it is ready', () => {
    expect(isUpToDate(aNode({ driver: 'ready' }))).toBe(true);
    for (const driver of ['starting', 'failing', 'outdated', 'orphaned', 'unknown', 'missing'] as const) {
      expect(isUpToDate(aNode({ driver })), driver).toBe(false);
    }
  });

  it('and when nothing is held back for safe load', () => {
    expect(isUpToDate(aNode({ driver: 'ready', safeLoad: true }))).toBe(false);
  });
});

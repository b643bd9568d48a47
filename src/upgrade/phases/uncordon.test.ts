import { describe, expect, it } from 'vitest';
import {
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
} from '../../contract/keys.ts';
import { aNode, NEW } from '../testing/builders.ts';
import { changeOf, decide, nextState, written } from '../testing/outcome.ts';

const uncordoning = { state: 'uncordon-required', cordoned: true, driver: 'ready' } as const;

describe('a node in uncordon-required', () => {
  it('is uncordoned in the same write that makes it done', () => {
    const decision = decide(aNode({ ...uncordoning, reason: 'x: y', failedOn: NEW }));
    expect(nextState(decision)).toBe('upgrade-done');
    expect(changeOf(decision)?.unschedulable).toBe(false);
    expect(changeOf(decision)?.event?.reason).toBe('DriverUpgradeDone');
    expect(written(decision, REASON_ANNOTATION)).toBeNull();
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeNull();
  });

  it('is not written to be uncordoned if it is already', () => {
    const decision = decide(aNode({ ...uncordoning, cordoned: false }));
    expect(nextState(decision)).toBe('upgrade-done');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });

  it('stays cordoned if it was so before the upgrade, or a person cordoned it since', () => {
    for (const spec of [{ cordonedBefore: true }, { cordoned: 'by-person' }] as const) {
      const decision = decide(aNode({ ...uncordoning, ...spec }));
      expect(nextState(decision)).toBe('upgrade-done');
      expect(changeOf(decision)?.unschedulable).toBeUndefined();
    }
    expect(
      written(decide(aNode({ ...uncordoning, cordonedBefore: true })), INITIALLY_UNSCHEDULABLE_ANNOTATION),
    ).toBeNull();
  });

  it.each([
    ['starting', 'driver-starting'],
    ['terminating', 'driver-terminating'],
    ['missing', 'driver-missing'],
    ['failing', 'driver-crashing'],
    ['unknown', 'driver-revision-unknown'],
  ] as const)(
    'stays cordoned while its driver is %s again: workloads would find no network',
    (driver, code) => {
      const decision = decide(aNode({ ...uncordoning, driver }));
      expect(decision.actions).toEqual([]);
      expect(decision.reason?.code).toBe(code);
    },
  );

  it.each(['outdated', 'orphaned'] as const)(
    'is handed back with a driver that is %s: that is the next upgrade’s business',
    (driver) => {
      const decision = decide(aNode({ ...uncordoning, driver }));
      expect(nextState(decision)).toBe('upgrade-done');
      expect(changeOf(decision)?.unschedulable).toBe(false);
    },
  );

  it('is handed back when its driver waits for safe load again: the flow has to begin anew', () => {
    expect(nextState(decide(aNode({ ...uncordoning, driver: 'starting', safeLoad: true })))).toBe(
      'upgrade-done',
    );
  });

  it('is released when no driver belongs on it any more', () => {
    const decision = decide(aNode({ ...uncordoning, driver: 'unwanted' }));
    expect(nextState(decision)).toBe('none');
    expect(changeOf(decision)?.unschedulable).toBe(false);
  });
});

describe('a node in validation-required, which another operator left there', () => {
  const validating = { ...uncordoning, state: 'validation-required' } as const;

  it('goes on to uncordon-required when its driver is Ready', () => {
    const decision = decide(aNode(validating));
    expect(nextState(decision)).toBe('uncordon-required');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });

  it('is done if it was cordoned before', () => {
    expect(nextState(decide(aNode({ ...validating, cordonedBefore: true })))).toBe('upgrade-done');
  });

  it('waits while its driver is starting', () => {
    const decision = decide(aNode({ ...validating, driver: 'starting' }));
    expect(decision.actions).toEqual([]);
    expect(decision.reason?.code).toBe('driver-starting');
  });

  it('fails when its driver does', () => {
    expect(nextState(decide(aNode({ ...validating, driver: 'failing' })))).toBe('upgrade-failed');
  });

  it('is released when no driver belongs on it any more', () => {
    expect(nextState(decide(aNode({ ...validating, driver: 'unwanted' })))).toBe('none');
  });

  it('loses the start time of its validation', () => {
    const key = 'nvidia.com/ofed-driver-upgrade-validation-start-time';
    expect(written(decide(aNode({ ...validating, annotations: { [key]: '1' } })), key)).toBeNull();
  });
});

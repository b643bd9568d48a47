import { describe, expect, it } from 'vitest';
import { FAILED_REVISION_ANNOTATION, INITIALLY_UNSCHEDULABLE_ANNOTATION } from '../../contract/keys.ts';
import { aNode, aPod, aPolicy, OLD } from '../testing/builders.ts';
import { changeOf, decide, evicted, nextState, restarted, written } from '../testing/outcome.ts';

const cordoning = { state: 'cordon-required', driver: 'outdated' } as const;

describe('a node in cordon-required', () => {
  it('is cordoned in the same write that takes it to wait-for-jobs-required', () => {
    const decision = decide(aNode(cordoning));
    expect(nextState(decision)).toBe('wait-for-jobs-required');
    expect(changeOf(decision)?.unschedulable).toBe(true);
    expect(changeOf(decision)?.event?.message).toBe('Cordoned the node for the driver upgrade');
  });

  it('says so when its jobs are waited for next', () => {
    const policy = aPolicy({ waitForCompletion: { podSelector: 'app=job' } });
    expect(changeOf(decide(aNode(cordoning), { policy }))?.event?.message).toMatch(/waiting for its jobs/);
  });

  it('is not written to be cordoned if it is already', () => {
    const decision = decide(aNode({ ...cordoning, cordoned: true }));
    expect(nextState(decision)).toBe('wait-for-jobs-required');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });

  it('holds the slot by its label alone: no grant is needed', () => {
    expect(nextState(decide(aNode(cordoning), { slotGranted: false }))).toBe('wait-for-jobs-required');
  });

  it('keeps the cordon of a person who was quicker', () => {
    const decision = decide(aNode({ ...cordoning, cordoned: 'by-person' }));
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe('true');
  });

  it('keeps the note that it was cordoned before', () => {
    const decision = decide(aNode({ ...cordoning, cordoned: true, cordonedBefore: true }));
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe('true');
  });

  it('forgets an earlier failure: from here on its state says whose cordon it is', () => {
    const decision = decide(aNode({ ...cordoning, cordoned: true, failedOn: OLD }));
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeNull();
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeUndefined();
  });
});

describe('a node that somebody uncordons in the middle of its upgrade', () => {
  const middle = {
    'wait-for-jobs-required': { driver: 'outdated', pods: [] },
    'drain-required': { driver: 'outdated', pods: [] },
    'pod-restart-required': { driver: 'outdated', pods: [] },
  } as const;
  const policy = aPolicy({ waitForCompletion: { podSelector: 'app=job' } });

  it.each(Object.entries(middle))('in %s is cordoned again before anything else is done', (state, spec) => {
    const decision = decide(aNode({ state, ...spec, pods: [aPod()] }), { policy });
    expect(changeOf(decision)).toMatchObject({
      unschedulable: true,
      event: { type: 'Warning', reason: 'NodeCordonedAgain' },
    });
    expect(nextState(decision)).toBeUndefined();
    expect(evicted(decision)).toEqual([]);
    expect(restarted(decision)).toBeUndefined();
  });

  it.each(Object.entries(middle))(
    'in %s is uncordoned at the end: whoever did so wants it',
    (state, spec) => {
      const decision = decide(aNode({ state, ...spec, cordonedBefore: true }), { policy });
      expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeNull();
    },
  );

  it('is cordoned again even if nothing is drained: the driver is about to be reloaded', () => {
    const decision = decide(aNode({ state: 'pod-restart-required', driver: 'outdated' }), {
      policy: aPolicy({ drain: 'off' }),
    });
    expect(changeOf(decision)?.unschedulable).toBe(true);
    expect(restarted(decision)).toBeUndefined();
  });
});

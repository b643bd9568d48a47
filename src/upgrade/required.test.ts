import { describe, expect, it } from 'vitest';
import {
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  REQUESTED_ANNOTATION,
} from '../contract/keys.ts';
import { aNode, aPolicy, NOW, OLD } from './testing/builders.ts';
import { changeOf, decide, nextState, written } from './testing/outcome.ts';

const required = { state: 'upgrade-required', driver: 'outdated' } as const;
const withSlot = { slotGranted: true } as const;

describe('a node in upgrade-required', () => {
  it('asks for a slot, and waits for it untouched', () => {
    const decision = decide(aNode(required), { policy: aPolicy({ maxParallelUpgrades: 3 }) });
    expect(decision.actions).toEqual([]);
    expect(decision.wantsSlot).toBe('start');
    expect(decision.reason).toEqual({ code: 'slot', limit: 3 });
  });

  it('goes on to cordon-required once it has the slot', () => {
    const decision = decide(aNode(required), withSlot);
    expect(nextState(decision)).toBe('cordon-required');
    expect(changeOf(decision)?.event?.reason).toBe('DriverUpgradeStarted');
    expect(decision.wantsSlot).toBeUndefined();
  });

  it('is not cordoned by that step, but by the next', () => {
    expect(changeOf(decide(aNode(required), withSlot))?.unschedulable).toBeUndefined();
  });

  it('is done, untouched, when the version has been set back', () => {
    for (const slotGranted of [false, true]) {
      const decision = decide(aNode({ ...required, driver: 'ready', cordonedBefore: true, cordoned: true }), {
        slotGranted,
      });
      expect(nextState(decision)).toBe('upgrade-done');
      expect(changeOf(decision)?.unschedulable).toBeUndefined();
      expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeNull();
    }
  });

  it('still has its upgrade when its driver is up to date but waits for safe load', () => {
    expect(nextState(decide(aNode({ ...required, driver: 'starting', safeLoad: true }), withSlot))).toBe(
      'cordon-required',
    );
    expect(decide(aNode({ ...required, driver: 'ready', safeLoad: true })).wantsSlot).toBe('start');
  });

  it('still has its upgrade when its driver is up to date but a person requests one', () => {
    const decision = decide(aNode({ ...required, driver: 'ready', requested: true }), withSlot);
    expect(nextState(decision)).toBe('cordon-required');
  });

  it('takes the request off the node when it starts, so that it is granted once', () => {
    expect(
      written(decide(aNode({ ...required, requested: true }), withSlot), REQUESTED_ANNOTATION),
    ).toBeNull();
    expect(changeOf(decide(aNode({ ...required, requested: true })))).toBeUndefined();
  });

  it('has an orphaned driver replaced on request', () => {
    const view = aNode({ ...required, driver: 'orphaned', requested: true });
    expect(nextState(decide(view, withSlot))).toBe('cordon-required');
  });

  it('is not decided about while the newest revision is unknown', () => {
    const decision = decide(aNode({ ...required, driver: 'unknown' }), withSlot);
    expect(decision.actions).toEqual([]);
    expect(decision.wantsSlot).toBeUndefined();
    expect(decision.reason?.code).toBe('driver-revision-unknown');
  });

  it('is released when no driver belongs on it any more', () => {
    const decision = decide(aNode({ ...required, driver: 'unwanted', cordoned: true }), withSlot);
    expect(nextState(decision)).toBe('none');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });
});

describe('a gate', () => {
  it.each([
    ['skipped', { skip: true }],
    ['node-deleting', { deleting: true }],
    ['node-not-ready', { notReadySince: NOW - 1 }],
  ])('keeps a node from starting, slot or not, and says why: %s', (code, spec) => {
    for (const slotGranted of [false, true]) {
      const decision = decide(aNode({ ...required, ...spec }), { slotGranted });
      expect(decision.actions).toEqual([]);
      expect(decision.wantsSlot).toBeUndefined();
      expect(decision.reason?.code).toBe(code);
    }
  });

  it('is shut while the rollout is paused, except to what else keeps the node, which is told first', () => {
    const policy = aPolicy({ paused: true });
    for (const slotGranted of [false, true]) {
      const decision = decide(aNode(required), { policy, slotGranted });
      expect(decision).toMatchObject({ actions: [], wantsSlot: undefined, reason: { code: 'paused' } });
    }
    expect(decide(aNode({ ...required, skip: true }), { policy }).reason?.code).toBe('skipped');
  });

  it('is shut by no value of the skip label but "true"', () => {
    const labels = { 'nvidia.com/ofed-driver-upgrade.skip': 'false' };
    expect(decide(aNode({ ...required, labels })).wantsSlot).toBe('start');
  });

  it('does not keep a node from being done', () => {
    expect(nextState(decide(aNode({ ...required, driver: 'ready', skip: true })))).toBe('upgrade-done');
  });

  it('does not keep a node from being seen to need an upgrade', () => {
    expect(nextState(decide(aNode({ ...required, state: 'upgrade-done', skip: true })))).toBe(
      'upgrade-required',
    );
  });

  it('does not stop a node that is in the middle of its upgrade', () => {
    expect(nextState(decide(aNode({ state: 'cordon-required', driver: 'outdated', skip: true })))).toBe(
      'wait-for-jobs-required',
    );
  });
});

describe('the note that a node was cordoned before its upgrade', () => {
  it('is made as late as at the start: a person may cordon it while it waits', () => {
    for (const cordoned of [true, 'by-person'] as const) {
      const decision = decide(aNode({ ...required, cordoned }), withSlot);
      expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe('true');
    }
  });

  it('is taken back if the node has been uncordoned while it waited', () => {
    const decision = decide(aNode({ ...required, cordonedBefore: true }), withSlot);
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeNull();
  });

  it('stays while the node is cordoned', () => {
    const decision = decide(aNode({ ...required, cordonedBefore: true, cordoned: true }), withSlot);
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe('true');
  });
});

describe('a node that is tried again after a failure', () => {
  const again = { ...required, cordoned: true, failedOn: OLD } as const;

  it('does not take the cordon of its failed upgrade for a person’s', () => {
    expect(written(decide(aNode(again), withSlot), INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeUndefined();
  });

  it('keeps the cordon of a person who was there before the failure', () => {
    const decision = decide(aNode({ ...again, cordonedBefore: true }), withSlot);
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe('true');
  });

  it('takes it for a person’s if kubectl says so: they had uncordoned it in between', () => {
    const decision = decide(aNode({ ...again, cordoned: 'by-person' }), withSlot);
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe('true');
  });

  it('goes on remembering the failure until it is cordoned for the new try', () => {
    expect(written(decide(aNode(again), withSlot), FAILED_REVISION_ANNOTATION)).toBeUndefined();
  });

  it('is uncordoned if the version is set back before the new try', () => {
    const decision = decide(aNode({ ...again, driver: 'ready' }));
    expect(nextState(decision)).toBe('upgrade-done');
    expect(changeOf(decision)?.unschedulable).toBe(false);
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeNull();
  });

  it('is uncordoned if no driver belongs on it any more', () => {
    const decision = decide(aNode({ ...again, driver: 'unwanted', reason: 'slot: x' }));
    expect(changeOf(decision)?.unschedulable).toBe(false);
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeNull();
    expect(written(decision, REASON_ANNOTATION)).toBeNull();
  });
});

describe('a node in upgrade-required whose driver pod has lost its DaemonSet', () => {
  it('does not start unless a person asks: nothing would bring its driver back', () => {
    const decision = decide(aNode({ ...required, driver: 'orphaned' }), withSlot);
    expect(decision.actions).toEqual([]);
    expect(decision.wantsSlot).toBeUndefined();
    expect(decision.reason?.code).toBe('orphaned-driver');
  });

  it('starts when a person has asked', () => {
    expect(nextState(decide(aNode({ ...required, driver: 'orphaned', requested: true }), withSlot))).toBe(
      'cordon-required',
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
} from '../contract/keys.ts';
import { aDriverPod, aNode, aPod, NEW, OLD } from './testing/builders.ts';
import { changeOf, decide, nextState, said, written } from './testing/outcome.ts';

const failed = {
  state: 'upgrade-failed',
  cordoned: true,
  failedOn: NEW,
  reason: 'drain-timeout: The pod web stayed',
} as const;

/** Nobody has said why it failed, or somebody has taken the note away. */
const { reason: _, ...unexplained } = failed;

describe('a node in upgrade-failed', () => {
  it.each([
    'outdated',
    'outdated-not-ready',
    'starting',
    'failing',
    'terminating',
    'missing',
    'orphaned',
  ] as const)('stays failed while its driver is %s and the same version is wanted', (driver) => {
    const decision = decide(aNode({ ...failed, driver }));
    expect(decision.actions).toEqual([]);
    expect(decision.reason?.code).toBe('failed');
    expect(decision.wantsSlot).toBeUndefined();
  });

  it('goes on telling why it failed', () => {
    const view = aNode({ ...failed, driver: 'outdated', reason: 'drain-timeout: The pod web stayed' });
    expect(decide(view).reason).toEqual({
      code: 'failed',
      cause: { told: true, code: 'drain-timeout', message: 'The pod web stayed' },
    });
  });

  it('knows more than the note says while its driver still fails as it did', () => {
    const { reason } = decide(aNode({ ...failed, driver: 'failing', reason: 'driver-crashing: x' }));
    expect(reason).toMatchObject({ cause: { code: 'driver-crashing', container: 'mofed-container' } });
    const other = decide(aNode({ ...failed, driver: 'failing' }));
    expect(other.reason).toMatchObject({ cause: { told: true, code: 'drain-timeout' } });
  });

  it('takes no note for the cause that tells of something else: whoever failed it did not know of it', () => {
    const decision = decide(aNode({ ...failed, driver: 'outdated', reason: 'slot: Waiting for its turn' }));
    expect(decision.reason).toEqual({ code: 'failed', cause: undefined });
    expect(written(decision, REASON_ANNOTATION)).toMatch(/^failed: /);
  });

  it('tells what a person can do if nobody said why it failed', () => {
    const decision = decide(aNode({ ...unexplained, driver: 'outdated' }));
    expect(said(decision)).toMatch(/drain the node by hand/);
    expect(changeOf(decision)?.annotations?.[REASON_ANNOTATION]).toMatch(/^failed: .*drain the node by hand/);
  });

  it('is not decided about while the newest revision is unknown', () => {
    const decision = decide(aNode({ ...failed, driver: 'unknown' }), { slotGranted: true });
    expect(decision.actions).toEqual([]);
    expect(decision.reason?.code).toBe('driver-revision-unknown');
  });

  it('is released and uncordoned when no driver belongs on it any more', () => {
    const decision = decide(aNode({ ...failed, driver: 'unwanted' }));
    expect(nextState(decision)).toBe('none');
    expect(changeOf(decision)?.unschedulable).toBe(false);
  });

  it('waits on while a driver that came up is still held back for safe load', () => {
    expect(decide(aNode({ ...failed, driver: 'ready', safeLoad: true })).actions).toEqual([]);
  });
});

describe('a node whose failure a person has mended', () => {
  const mended = { ...failed, driver: 'ready' } as const;

  it('asks for a slot, ahead of those that start', () => {
    const decision = decide(aNode(mended));
    expect(decision.actions).toEqual([]);
    expect(decision.wantsSlot).toBe('recover');
    expect(decision.reason?.code).toBe('recovered-waits-for-slot');
  });

  it('goes on to uncordon-required with the slot', () => {
    const decision = decide(aNode({ ...mended, reason: 'drain-timeout: x' }), { slotGranted: true });
    expect(nextState(decision)).toBe('uncordon-required');
    expect(written(decision, REASON_ANNOTATION)).toBeNull();
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeNull();
    expect(changeOf(decision)?.event?.reason).toBe('DriverRecovered');
  });

  it('is done at once, without a slot, if it was cordoned before the upgrade', () => {
    const decision = decide(aNode({ ...mended, cordonedBefore: true }));
    expect(nextState(decision)).toBe('upgrade-done');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeNull();
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeNull();
  });

  it('is done at once and left cordoned if a person has cordoned it with kubectl', () => {
    const decision = decide(aNode({ ...mended, cordoned: 'by-person' }));
    expect(nextState(decision)).toBe('upgrade-done');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });

  it('finishes on the old version if that is what they went back to', () => {
    const decision = decide(aNode({ ...mended, failedOn: 'revision-broken' }), { slotGranted: true });
    expect(nextState(decision)).toBe('uncordon-required');
  });
});

describe('a node that failed on a version that is no longer wanted', () => {
  const moved = { ...failed, failedOn: OLD } as const;

  it.each(['outdated', 'outdated-not-ready', 'starting', 'failing', 'missing', 'terminating'] as const)(
    'gets a new try while its driver is %s',
    (driver) => {
      const decision = decide(aNode({ ...moved, driver }));
      expect(nextState(decision)).toBe('upgrade-required');
      expect(changeOf(decision)?.event?.reason).toBe('DriverUpgradeRetried');
    },
  );

  it('remembers that the cordon is the upgrade’s, and does not note a person’s', () => {
    const decision = decide(aNode({ ...moved, driver: 'outdated' }));
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeUndefined();
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeUndefined();
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });

  it('tells that its turn is what it waits for, no longer why it failed', () => {
    expect(
      written(decide(aNode({ ...moved, driver: 'outdated', reason: 'failed: x' })), REASON_ANNOTATION),
    ).toMatch(/^slot: /);
  });

  it('keeps the note of a cordon from before the upgrade', () => {
    const decision = decide(aNode({ ...moved, driver: 'outdated', cordonedBefore: true }));
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe('true');
  });
});

describe('a node that failed while nobody knew what was wanted of it', () => {
  const selectedByNone = { expected: false, wantedRevision: undefined } as const;

  it('is noted with what is known to be wanted of any of its driver pods, lest it be tried again and again', () => {
    const pods = [aDriverPod('unknown', { uid: 'other' }), aDriverPod('outdated-not-ready')];
    const bare = aNode({
      state: 'drain-required',
      cordoned: true,
      pods: [aPod({ controllerKind: undefined })],
    });
    const decision = decide({ ...bare, driver: { ...selectedByNone, pods } });
    expect(nextState(decision)).toBe('upgrade-failed');
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBe(NEW);
  });

  it('is noted so even if that is unknown of all of them: the cordon is the upgrade’s', () => {
    const bare = aNode({
      state: 'drain-required',
      cordoned: true,
      pods: [aPod({ controllerKind: undefined })],
    });
    const decision = decide({ ...bare, driver: { ...selectedByNone, pods: [aDriverPod('unknown')] } });
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBe('unknown');
  });
});

describe('a failed node on which a person requests an upgrade', () => {
  it('gets a new try of the same version', () => {
    expect(nextState(decide(aNode({ ...failed, driver: 'outdated', requested: true })))).toBe(
      'upgrade-required',
    );
  });
});

describe('a failure that another operator declared', () => {
  const theirs = { state: 'upgrade-failed', cordoned: true } as const;

  it('is noted with the version that is wanted now, and stands', () => {
    const decision = decide(aNode({ ...theirs, driver: 'outdated' }));
    expect(nextState(decision)).toBeUndefined();
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBe(NEW);
    expect(decision.reason?.code).toBe('failed');
  });

  it('is noted as soon as it is known what is wanted', () => {
    expect(
      written(
        decide(aNode({ ...theirs, failedOn: 'unknown', driver: 'failing' })),
        FAILED_REVISION_ANNOTATION,
      ),
    ).toBe(NEW);
  });

  it('gets a new try if what it left behind is an old driver that does not run', () => {
    expect(nextState(decide(aNode({ ...theirs, driver: 'outdated-not-ready' })))).toBe('upgrade-required');
  });

  it('has left a cordon that is the upgrade’s, not a person’s', () => {
    for (const spec of [{ driver: 'outdated-not-ready' }, { driver: 'outdated', requested: true }] as const) {
      const decision = decide(aNode({ ...theirs, ...spec }));
      expect(nextState(decision)).toBe('upgrade-required');
      expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeUndefined();
      // Without a note, the next look would take the cordon for a person's.
      expect(written(decision, FAILED_REVISION_ANNOTATION)).toBe('unknown');
    }
  });

  it('has left no cordon of its own where it noted that the node was cordoned before', () => {
    const decision = decide(aNode({ ...theirs, driver: 'outdated-not-ready', cordonedBefore: true }));
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe('true');
  });
});

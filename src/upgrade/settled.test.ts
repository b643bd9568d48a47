import { describe, expect, it } from 'vitest';
import {
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  STATE_LABEL,
} from '../contract/keys.ts';
import { aDriverPod, aNode, aPolicy, NEW } from './testing/builders.ts';
import { changeOf, decide, nextState, said, written } from './testing/outcome.ts';

describe('a node without a state', () => {
  it('is done if its driver is up to date and Ready', () => {
    expect(nextState(decide(aNode({ driver: 'ready' })))).toBe('upgrade-done');
  });

  it('is uncordoned when it is done, if the cordon is that of an upgrade whose state somebody removed', () => {
    const decision = decide(aNode({ driver: 'ready', cordoned: 'by-operator' }));
    expect(nextState(decision)).toBe('upgrade-done');
    expect(changeOf(decision)?.unschedulable).toBe(false);
    expect(changeOf(decide(aNode({ driver: 'ready', cordoned: true })))?.unschedulable).toBeUndefined();
  });

  it('loses the notes of that upgrade: on a node that is done they would pass for those of the next', () => {
    const decision = decide(aNode({ driver: 'ready', cordonedBefore: true, failedOn: NEW }));
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeNull();
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeNull();
  });

  it('is said to be done without an event: nothing has happened', () => {
    expect(changeOf(decide(aNode({ driver: 'ready' })))?.event).toBeUndefined();
  });

  it('needs an upgrade if its driver is out of date, running or not', () => {
    expect(nextState(decide(aNode({ driver: 'outdated' })))).toBe('upgrade-required');
    expect(nextState(decide(aNode({ driver: 'outdated-not-ready' })))).toBe('upgrade-required');
  });

  it('needs an upgrade if a driver waits to be loaded safely', () => {
    expect(nextState(decide(aNode({ driver: 'starting', safeLoad: true })))).toBe('upgrade-required');
  });

  it('needs an upgrade if a person requests it', () => {
    expect(nextState(decide(aNode({ driver: 'ready', requested: true })))).toBe('upgrade-required');
  });

  it.each(['unknown', 'starting', 'terminating', 'failing'] as const)(
    'stays as it is, with a reason, while its driver is %s',
    (driver) => {
      const decision = decide(aNode({ driver }));
      expect(decision.actions).toEqual([]);
      expect(decision.reason).toBeDefined();
    },
  );

  it('names what keeps its driver from coming up', () => {
    expect(decide(aNode({ driver: 'failing' })).reason).toMatchObject({ code: 'driver-crashing' });
    expect(decide(aNode({ driver: 'starting' })).reason).toMatchObject({ code: 'driver-starting' });
  });

  it.each(['unwanted', 'missing'] as const)('is nobody’s concern while its driver is %s', (driver) => {
    const decision = decide(aNode({ driver }));
    expect(decision.actions).toEqual([]);
    expect(decision.reason).toBeUndefined();
  });

  it('should have a driver if it has a NIC, and says what keeps it from one', () => {
    const labels = { 'feature.node.kubernetes.io/pci-15b3.present': 'true', 'kubernetes.io/arch': 'amd64' };
    const decision = decide(aNode({ driver: 'unwanted', labels }));
    expect(decision.actions).toEqual([]);
    expect(decision.reason).toEqual({
      code: 'no-driver-pool',
      kernel: undefined,
      missingLabels: [
        'feature.node.kubernetes.io/system-os_release.ID',
        'feature.node.kubernetes.io/system-os_release.VERSION_ID',
        'feature.node.kubernetes.io/kernel-version.full',
      ],
    });
  });

  it('is one whose label holds a value that nobody knows, too', () => {
    for (const state of ['', 'upgrade-paused', 'Upgrade-Done', '__proto__', 'constructor', 'toString']) {
      expect(nextState(decide(aNode({ state, driver: 'ready' }))), state).toBe('upgrade-done');
      expect(nextState(decide(aNode({ state, driver: 'outdated' }))), state).toBe('upgrade-required');
    }
  });

  it('is one that has no labels of its own', () => {
    const view = aNode({ driver: 'ready' });
    const labels = Object.create({ [STATE_LABEL]: 'upgrade-failed' }) as Record<string, string>;
    expect(nextState(decide({ ...view, node: { ...view.node, labels } }))).toBe('upgrade-done');
  });
});

describe('a node in upgrade-done', () => {
  const done = { state: 'upgrade-done' } as const;

  it('is left alone while its driver is up to date', () => {
    const decision = decide(aNode({ ...done, driver: 'ready' }));
    expect(decision).toEqual({
      actions: [],
      workload: 'none',
      reason: undefined,
      wakeAt: undefined,
      wantsSlot: undefined,
    });
  });

  it('needs an upgrade when its driver is out of date, and says so', () => {
    const decision = decide(aNode({ ...done, driver: 'outdated' }));
    expect(nextState(decision)).toBe('upgrade-required');
    expect(changeOf(decision)?.event).toEqual({
      type: 'Normal',
      reason: 'DriverUpgradeRequired',
      message: 'Driver pod mofed-1 is out of date: the node waits for its upgrade',
    });
  });

  it('needs an upgrade when a driver waits to be loaded safely, up to date or not', () => {
    const decision = decide(aNode({ ...done, driver: 'starting', safeLoad: true }));
    expect(nextState(decision)).toBe('upgrade-required');
    expect(changeOf(decision)?.event?.message).toMatch(/^A driver waits to be loaded safely/);
    expect(nextState(decide(aNode({ ...done, driver: 'ready', safeLoad: true })))).toBe('upgrade-required');
  });

  it('needs an upgrade when a person requests it', () => {
    const decision = decide(aNode({ ...done, driver: 'ready', requested: true }));
    expect(nextState(decision)).toBe('upgrade-required');
    expect(changeOf(decision)?.event?.message).toMatch(/^An upgrade of the driver was requested/);
  });

  it('takes no value of the request but "true" for one', () => {
    const annotations = { 'nvidia.com/ofed-driver-upgrade-requested': 'false' };
    expect(decide(aNode({ ...done, driver: 'ready', annotations })).actions).toEqual([]);
  });

  it('is not decided about while the newest revision is unknown', () => {
    const decision = decide(aNode({ ...done, driver: 'unknown' }));
    expect(decision.actions).toEqual([]);
    expect(decision.reason?.code).toBe('driver-revision-unknown');
  });

  it.each(['starting', 'failing', 'terminating', 'missing'] as const)(
    'stays done while its up-to-date driver is %s: no upgrade would help',
    (driver) => {
      expect(decide(aNode({ ...done, driver })).actions).toEqual([]);
    },
  );

  it('leaves an orphaned driver alone until a person requests its upgrade, and tells how', () => {
    const decision = decide(aNode({ ...done, driver: 'orphaned' }));
    expect(decision.actions).toEqual([]);
    expect(decision.reason?.code).toBe('orphaned-driver');
    expect(said(decision)).toContain('nvidia.com/ofed-driver-upgrade-requested=true');
    expect(nextState(decide(aNode({ ...done, driver: 'orphaned', requested: true })))).toBe(
      'upgrade-required',
    );
  });

  it('is released when no driver belongs on it any more, whatever is asked of it', () => {
    expect(nextState(decide(aNode({ ...done, driver: 'unwanted' })))).toBe('none');
    expect(nextState(decide(aNode({ ...done, driver: 'unwanted', requested: true, safeLoad: true })))).toBe(
      'none',
    );
  });

  it('keeps a cordon that was there before the upgrade when it is released', () => {
    expect(
      changeOf(decide(aNode({ ...done, driver: 'unwanted', cordoned: true })))?.unschedulable,
    ).toBeUndefined();
  });
});

describe('a node that comes to need an upgrade', () => {
  const outdated = { state: 'upgrade-done', driver: 'outdated' } as const;

  it('is noted to have been cordoned before, if it is', () => {
    for (const cordoned of [true, 'by-person'] as const) {
      expect(written(decide(aNode({ ...outdated, cordoned })), INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBe(
        'true',
      );
    }
  });

  it('is not noted so if it is not', () => {
    expect(written(decide(aNode(outdated)), INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeUndefined();
  });

  it('loses an old note that no longer holds', () => {
    expect(
      written(decide(aNode({ ...outdated, cordonedBefore: true })), INITIALLY_UNSCHEDULABLE_ANNOTATION),
    ).toBeNull();
  });

  it('tells at once, in the same write, that its turn is what it waits for', () => {
    const view = aNode({ ...outdated, reason: 'orphaned-driver: x' });
    expect(written(decide(view), REASON_ANNOTATION)).toMatch(/^slot: Waiting for its turn/);
  });

  it('tells in the same write that the rollout is paused, whatever its limit', () => {
    for (const maxParallelUpgrades of [0, 1]) {
      const policy = aPolicy({ paused: true, maxParallelUpgrades });
      expect(written(decide(aNode(outdated), { policy }), REASON_ANNOTATION)).toMatch(/^paused: /);
    }
  });

  it('tells nothing yet where something else may keep it, or no limit does, and loses what it told before', () => {
    const skipped = aNode({ ...outdated, reason: 'orphaned-driver: x', skip: true });
    expect(written(decide(skipped), REASON_ANNOTATION)).toBeNull();
    const policy = aPolicy({ maxParallelUpgrades: 0 });
    expect(written(decide(aNode(outdated), { policy }), REASON_ANNOTATION)).toBeUndefined();
  });

  it('is not cordoned or uncordoned yet', () => {
    expect(changeOf(decide(aNode({ ...outdated, cordoned: true })))?.unschedulable).toBeUndefined();
    expect(changeOf(decide(aNode(outdated)))?.unschedulable).toBeUndefined();
  });

  it('is so by the one pod of two that is out of date', () => {
    const driver = [aDriverPod('ready'), aDriverPod('outdated', { uid: 'other' })];
    expect(nextState(decide(aNode({ state: 'upgrade-done', driver })))).toBe('upgrade-required');
  });
});

describe('a node whose newest revision is not known', () => {
  it.each([{ requested: true }, { safeLoad: true }])(
    'is not decided about, whatever is asked of it: %o',
    (asked) => {
      for (const state of ['upgrade-done', undefined] as const) {
        const decision = decide(aNode({ ...(state && { state }), driver: 'unknown', ...asked }));
        expect(decision.actions).toEqual([]);
        expect(decision.reason?.code).toBe('driver-revision-unknown');
      }
    },
  );
});

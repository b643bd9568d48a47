import { describe, expect, it } from 'vitest';
import {
  DRAIN_START_ANNOTATION,
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  REQUESTED_ANNOTATION,
  SAFE_LOAD_ANNOTATION,
  WAIT_START_ANNOTATION,
} from '../contract/keys.ts';
import { UPGRADE_STATES } from '../contract/states.ts';
import { decideReleased } from './release.ts';
import { aNode, NEW, secondsFromNow } from './testing/builders.ts';
import { changeOf, nextState, written } from './testing/outcome.ts';

const OURS = UPGRADE_STATES.filter((state) => !state.endsWith('-maintenance-required'));
/** The states in which a cordoned node is cordoned by the upgrade. */
const CORDONED = OURS.filter(
  (state) => !['upgrade-done', 'upgrade-required', 'cordon-required'].includes(state),
);

describe('when the flow is switched off', () => {
  it.each(OURS)('a node in %s that is not cordoned loses its state at once', (state) => {
    const decision = decideReleased(aNode({ state, driver: 'starting' }), true);
    expect(nextState(decision)).toBe('none');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });

  it.each(CORDONED)('a node in %s whose driver runs is uncordoned in the same write', (state) => {
    for (const driver of ['ready', 'outdated'] as const) {
      const decision = decideReleased(aNode({ state, driver, cordoned: true }), true);
      expect(nextState(decision)).toBe('none');
      expect(changeOf(decision)?.unschedulable).toBe(false);
      expect(changeOf(decision)?.event?.message).toMatch(/uncordoned the node/);
    }
  });

  it.each(CORDONED)('a node in %s whose driver does not run waits for it, and says so', (state) => {
    for (const driver of [
      'starting',
      'failing',
      'terminating',
      'missing',
      'unknown',
      'outdated-not-ready',
    ] as const) {
      const decision = decideReleased(aNode({ state, driver, cordoned: true }), true);
      expect(decision.actions, driver).toEqual([]);
      expect(decision.reason?.code, driver).toBe('handing-back');
    }
  });

  it.each(['upgrade-done', 'upgrade-required', 'cordon-required'] as const)(
    'a node in %s keeps a cordon that somebody else must have made',
    (state) => {
      const decision = decideReleased(aNode({ state, driver: 'starting', cordoned: true }), true);
      expect(nextState(decision)).toBe('none');
      expect(changeOf(decision)?.unschedulable).toBeUndefined();
    },
  );

  it.each(OURS)('a node in %s keeps a person’s cordon', (state) => {
    for (const spec of [{ cordoned: 'by-person' }, { cordoned: true, cordonedBefore: true }] as const) {
      const decision = decideReleased(aNode({ state, ...spec }), true);
      expect(nextState(decision)).toBe('none');
      expect(changeOf(decision)?.unschedulable).toBeUndefined();
      expect(changeOf(decision)?.event?.message).not.toMatch(/uncordoned/);
    }
  });

  it('a node that waits for its new try is uncordoned', () => {
    const decision = decideReleased(
      aNode({ state: 'upgrade-required', cordoned: true, failedOn: NEW }),
      true,
    );
    expect(changeOf(decision)?.unschedulable).toBe(false);
  });

  it('an orphaned driver that runs is a driver that runs', () => {
    expect(
      nextState(decideReleased(aNode({ state: 'drain-required', cordoned: true, driver: 'orphaned' }), true)),
    ).toBe('none');
  });

  it('every note of the upgrade is taken off the node, and what others asked of it stays', () => {
    const decision = decideReleased(
      aNode({
        state: 'upgrade-failed',
        cordonedBefore: true,
        failedOn: NEW,
        reason: 'failed: x',
        waitStart: secondsFromNow(0),
        drainStart: secondsFromNow(0),
        requested: true,
        safeLoad: true,
      }),
      true,
    );
    for (const key of [
      INITIALLY_UNSCHEDULABLE_ANNOTATION,
      FAILED_REVISION_ANNOTATION,
      REASON_ANNOTATION,
      WAIT_START_ANNOTATION,
      DRAIN_START_ANNOTATION,
    ]) {
      expect(written(decision, key), key).toBeNull();
    }
    expect(written(decision, REQUESTED_ANNOTATION)).toBeUndefined();
    expect(written(decision, SAFE_LOAD_ANNOTATION)).toBeUndefined();
  });

  it.each([undefined, '', 'some-other-state'])('a node without a state is left alone: %j', (state) => {
    const view = aNode({ cordoned: true, driver: 'outdated', ...(state === undefined ? {} : { state }) });
    expect(decideReleased(view, true).actions).toEqual([]);
    expect(decideReleased(view, true).reason).toBeUndefined();
  });

  it.each(['node-maintenance-required', 'post-maintenance-required'])(
    'a node in %s is the external operator’s',
    (state) => {
      expect(decideReleased(aNode({ state, cordoned: true }), true).actions).toEqual([]);
    },
  );
});

describe('when no policy asks for a driver any more', () => {
  it.each(CORDONED)('a node in %s is handed back at once: no driver is going to come up', (state) => {
    for (const driver of ['starting', 'terminating', 'missing', 'unwanted'] as const) {
      const decision = decideReleased(aNode({ state, driver, cordoned: true }), false);
      expect(nextState(decision)).toBe('none');
      expect(changeOf(decision)?.unschedulable).toBe(false);
    }
  });

  it('a person’s cordon is kept', () => {
    const decision = decideReleased(aNode({ state: 'drain-required', cordoned: 'by-person' }), false);
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { REASON_ANNOTATION, REQUESTOR_MODE_ANNOTATION, SAFE_LOAD_ANNOTATION } from '../contract/keys.ts';
import { isCritical, takesSlot, waitsForSlot } from './critical.ts';
import { aNode } from './testing/builders.ts';

describe('A slot is taken', () => {
  it.each([
    ['upgrade-required', 'cordon-required'],
    ['upgrade-failed', 'uncordon-required'],
    ['none', 'drain-required'],
  ] as const)('by a step from %s to %s', (from, to) => {
    expect(takesSlot(from, { to })).toBe(true);
  });

  it.each([
    ['upgrade-done', 'upgrade-required'],
    ['upgrade-required', 'upgrade-done'],
    ['upgrade-failed', 'upgrade-required'],
    ['cordon-required', 'wait-for-jobs-required'],
    ['uncordon-required', 'upgrade-done'],
    ['drain-required', 'none'],
  ] as const)('by no step from %s to %s', (from, to) => {
    expect(takesSlot(from, { to })).toBe(false);
  });

  it('by nothing that leaves the state as it is', () => {
    expect(takesSlot('upgrade-required', { unschedulable: true })).toBe(false);
  });
});

describe('There is no way back', () => {
  it('from letting a driver load', () => {
    const unblock = { annotations: { [SAFE_LOAD_ANNOTATION]: null } };
    expect(isCritical('pod-restart-required', unblock)).toBe(true);
  });

  it('but from tidying up after one that has loaded', () => {
    const done = { to: 'uncordon-required', annotations: { [SAFE_LOAD_ANNOTATION]: null } } as const;
    expect(isCritical('pod-restart-required', done)).toBe(false);
    expect(isCritical('upgrade-required', { annotations: { [REASON_ANNOTATION]: null } })).toBe(false);
  });
});

describe('A node waits for a slot', () => {
  it.each(['upgrade-required', 'upgrade-failed'] as const)('in %s', (state) => {
    expect(waitsForSlot(aNode({ state }))).toBe(true);
  });

  it.each([undefined, 'upgrade-done', 'drain-required', 'nonsense'])('not in %s', (state) => {
    expect(waitsForSlot(aNode(state === undefined ? {} : { state }))).toBe(false);
  });

  it('not while somebody else maintains it', () => {
    const annotations = { [REQUESTOR_MODE_ANNOTATION]: 'true' };
    expect(waitsForSlot(aNode({ state: 'upgrade-required', annotations }))).toBe(false);
  });
});

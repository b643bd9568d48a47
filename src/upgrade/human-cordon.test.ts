import { describe, expect, it } from 'vitest';
import { UPGRADE_STATES } from '../contract/states.ts';
import { isCordonedByPersonBeforeStart, isCordonedByUpgrade, keepsCordon } from './human-cordon.ts';
import { aNode, NEW } from './testing/builders.ts';

describe('a cordon is kept', () => {
  it('if the upgrade found the node cordoned', () => {
    expect(keepsCordon(aNode({ cordoned: true, cordonedBefore: true }))).toBe(true);
  });

  it('if the API server’s record names kubectl as the one who cordoned', () => {
    expect(keepsCordon(aNode({ cordoned: 'by-person' }))).toBe(true);
  });

  it('in no other case: it is the upgrade’s own', () => {
    expect(keepsCordon(aNode({ cordoned: true }))).toBe(false);
    expect(keepsCordon(aNode({ cordoned: false }))).toBe(false);
  });

  it('not on the word of a record about a node that is not cordoned any more', () => {
    const view = aNode();
    expect(keepsCordon({ ...view, node: { ...view.node, cordonedByPerson: true } })).toBe(false);
  });
});

describe('before the upgrade begins', () => {
  it('any cordon is a person’s', () => {
    expect(isCordonedByPersonBeforeStart(aNode({ cordoned: true, state: 'upgrade-done' }))).toBe(true);
    expect(isCordonedByPersonBeforeStart(aNode({ cordoned: false, state: 'upgrade-done' }))).toBe(false);
  });

  it('except the one that a failed upgrade left', () => {
    const left = { cordoned: true, failedOn: NEW } as const;
    expect(isCordonedByPersonBeforeStart(aNode({ ...left, state: 'upgrade-required' }))).toBe(false);
    expect(isCordonedByPersonBeforeStart(aNode({ ...left, cordonedBefore: true }))).toBe(true);
    expect(isCordonedByPersonBeforeStart(aNode({ ...left, cordoned: 'by-person' }))).toBe(true);
    expect(isCordonedByPersonBeforeStart(aNode({ cordoned: true, state: 'upgrade-failed' }))).toBe(false);
  });

  it('except the upgrade’s own, where somebody has removed the label that says so', () => {
    const own = { cordoned: 'by-operator' } as const;
    expect(isCordonedByPersonBeforeStart(aNode(own))).toBe(false);
    expect(isCordonedByPersonBeforeStart(aNode({ ...own, state: 'garbled' }))).toBe(false);
    expect(isCordonedByPersonBeforeStart(aNode({ ...own, cordonedBefore: true }))).toBe(true);
    // It was left so on purpose when that upgrade ended.
    expect(isCordonedByPersonBeforeStart(aNode({ ...own, state: 'upgrade-done' }))).toBe(true);
  });
});

describe('a cordon is the upgrade’s to take back', () => {
  const pastTheCordon = UPGRADE_STATES.filter(
    (state) => !['upgrade-done', 'upgrade-required', 'cordon-required'].includes(state),
  );

  it.each(pastTheCordon)('on a node in %s', (state) => {
    expect(isCordonedByUpgrade(aNode({ state, cordoned: true }))).toBe(true);
  });

  it.each(['upgrade-done', 'upgrade-required', 'cordon-required'])(
    'not on a node in %s, where it has not cordoned yet',
    (state) => {
      expect(isCordonedByUpgrade(aNode({ state, cordoned: true }))).toBe(false);
    },
  );

  it('on a node that waits to be tried again', () => {
    for (const state of ['upgrade-required', 'cordon-required']) {
      expect(isCordonedByUpgrade(aNode({ state, cordoned: true, failedOn: NEW }))).toBe(true);
    }
  });

  it('on a node whose label somebody has removed, if the record says that the upgrade cordoned it', () => {
    expect(isCordonedByUpgrade(aNode({ cordoned: 'by-operator' }))).toBe(true);
    expect(isCordonedByUpgrade(aNode({ cordoned: true }))).toBe(false);
    expect(isCordonedByUpgrade(aNode({ cordoned: 'by-operator', state: 'upgrade-done' }))).toBe(false);
  });

  it('not on a node whose cordon is kept', () => {
    expect(isCordonedByUpgrade(aNode({ state: 'drain-required', cordoned: 'by-person' }))).toBe(false);
    expect(
      isCordonedByUpgrade(aNode({ state: 'drain-required', cordoned: true, cordonedBefore: true })),
    ).toBe(false);
  });

  it('not on a node that is not cordoned', () => {
    expect(isCordonedByUpgrade(aNode({ state: 'drain-required' }))).toBe(false);
  });
});

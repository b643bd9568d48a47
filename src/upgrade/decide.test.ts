import { describe, expect, it } from 'vitest';
import { REQUESTOR_MODE_ANNOTATION } from '../contract/keys.ts';
import { UPGRADE_STATES } from '../contract/states.ts';
import { aNode, aPod, aPolicy } from './testing/builders.ts';
import { decide, nextState } from './testing/outcome.ts';

describe('a node that an external maintenance operator works on', () => {
  it.each(['node-maintenance-required', 'post-maintenance-required'])('is not touched in %s', (state) => {
    for (const driver of ['ready', 'outdated', 'unwanted', 'failing'] as const) {
      const decision = decide(aNode({ state, driver, pods: [aPod()], requested: true }), {
        slotGranted: true,
      });
      expect(decision.actions, driver).toEqual([]);
      expect(decision.reason?.code, driver).toBe('external-maintenance');
    }
  });

  it.each(UPGRADE_STATES)('is not touched in %s if it carries that operator’s annotation', (state) => {
    const annotations = { [REQUESTOR_MODE_ANNOTATION]: 'true' };
    const decision = decide(aNode({ state, annotations, driver: 'outdated', pods: [] }), {
      slotGranted: true,
    });
    expect(decision.actions).toEqual([]);
    expect(decision.wantsSlot).toBeUndefined();
    expect(decision.reason?.code).toBe('external-maintenance');
  });
});

/** The rows of the contract's table: a node that is ready to leave a state, and the state that it goes to. */
describe('the table of states', () => {
  const cordoned = { cordoned: true } as const;
  it.each<[from: string, to: string, Parameters<typeof aNode>[0]]>([
    ['', 'upgrade-done', { driver: 'ready' }],
    ['', 'upgrade-required', { driver: 'outdated' }],
    ['upgrade-done', 'upgrade-required', { driver: 'outdated' }],
    ['upgrade-required', 'cordon-required', { driver: 'outdated' }],
    ['upgrade-required', 'upgrade-done', { driver: 'ready' }],
    ['cordon-required', 'wait-for-jobs-required', { driver: 'outdated' }],
    ['wait-for-jobs-required', 'drain-required', { ...cordoned, driver: 'outdated', pods: [] }],
    ['pod-deletion-required', 'drain-required', { ...cordoned, driver: 'outdated' }],
    ['drain-required', 'pod-restart-required', { ...cordoned, driver: 'outdated', pods: [] }],
    [
      'drain-required',
      'upgrade-failed',
      { ...cordoned, driver: 'outdated', pods: [aPod({ emptyDir: true })] },
    ],
    ['pod-restart-required', 'uncordon-required', { ...cordoned, driver: 'ready' }],
    ['pod-restart-required', 'upgrade-done', { ...cordoned, driver: 'ready', cordonedBefore: true }],
    ['pod-restart-required', 'upgrade-failed', { ...cordoned, driver: 'failing' }],
    ['validation-required', 'uncordon-required', { ...cordoned, driver: 'ready' }],
    ['validation-required', 'upgrade-done', { ...cordoned, driver: 'ready', cordonedBefore: true }],
    ['validation-required', 'upgrade-failed', { ...cordoned, driver: 'failing' }],
    ['uncordon-required', 'upgrade-done', { ...cordoned, driver: 'ready' }],
    ['upgrade-failed', 'uncordon-required', { ...cordoned, driver: 'ready' }],
    ['upgrade-failed', 'upgrade-done', { ...cordoned, driver: 'ready', cordonedBefore: true }],
    ['upgrade-failed', 'upgrade-required', { ...cordoned, driver: 'outdated', failedOn: 'revision-broken' }],
  ])('leads from %j to %s', (state, to, spec) => {
    const policy = aPolicy({ waitForCompletion: { podSelector: 'app=job' } });
    expect(nextState(decide(aNode({ ...spec, state }), { policy, slotGranted: true }))).toBe(to);
  });
});

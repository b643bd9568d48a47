import { describe, expect, it } from 'vitest';
import {
  DRAIN_START_ANNOTATION,
  FAILED_REVISION_ANNOTATION,
  REASON_ANNOTATION,
} from '../../contract/keys.ts';
import { aNode, aPod, aPolicy, NEW, NOW, secondsFromNow } from '../testing/builders.ts';
import { changeOf, decide, evicted, nextState, written } from '../testing/outcome.ts';

const draining = {
  state: 'drain-required',
  cordoned: true,
  driver: 'outdated',
  drainStart: secondsFromNow(0),
} as const;

describe('a node in drain-required', () => {
  it('has its pods evicted', () => {
    const decision = decide(aNode({ ...draining, pods: [aPod({ name: 'a' }), aPod({ name: 'b' })] }));
    expect(evicted(decision)).toEqual(['a', 'b']);
    expect(nextState(decision)).toBeUndefined();
  });

  it('goes on when they are gone', () => {
    const decision = decide(aNode({ ...draining, pods: [] }));
    expect(nextState(decision)).toBe('pod-restart-required');
    expect(written(decision, DRAIN_START_ANNOTATION)).toBeNull();
    expect(changeOf(decision)?.event?.message).toMatch(/^The node is drained/);
  });

  it('does not go on before its pods have been read', () => {
    expect(nextState(decide(aNode(draining)))).toBeUndefined();
    expect(decide(aNode(draining)).workload).toBe('watched');
  });

  it('goes on at once, cordoned or not, if draining is disabled', () => {
    for (const cordoned of [true, false]) {
      const decision = decide(aNode({ ...draining, cordoned, pods: [aPod()] }), {
        policy: aPolicy({ drain: 'off' }),
      });
      expect(nextState(decision)).toBe('pod-restart-required');
      expect(evicted(decision)).toEqual([]);
      expect(changeOf(decision)?.event?.message).toBe('Restarting the driver pod');
    }
  });

  it('has nobody evicted any more once the version has been set back', () => {
    const decision = decide(aNode({ ...draining, driver: 'ready', pods: [aPod()] }));
    expect(evicted(decision)).toEqual([]);
    expect(nextState(decision)).toBe('pod-restart-required');
  });

  it('still has its pods evicted for a driver that is up to date and waits for safe load', () => {
    expect(
      evicted(decide(aNode({ ...draining, driver: 'starting', safeLoad: true, pods: [aPod()] }))),
    ).toEqual(['pod-1']);
  });

  it('drains only what the policy selects', () => {
    const policy = aPolicy({ drain: { podSelector: 'nic=used' } });
    const pods = [aPod({ name: 'nic', labels: { nic: 'used' } }), aPod({ name: 'other' })];
    expect(evicted(decide(aNode({ ...draining, pods }), { policy }))).toEqual(['nic']);
    expect(nextState(decide(aNode({ ...draining, pods: pods.slice(1) }), { policy }))).toBe(
      'pod-restart-required',
    );
  });
});

describe('a drain that fails', () => {
  it('by a pod that may not be evicted makes the node fail at once', () => {
    const decision = decide(
      aNode({ ...draining, pods: [aPod(), aPod({ name: 'bare', controllerKind: undefined })] }),
    );
    expect(nextState(decision)).toBe('upgrade-failed');
    expect(evicted(decision)).toEqual([]);
    expect(written(decision, REASON_ANNOTATION)).toMatch(/^drain-refused: .*default\/bare/);
  });

  it('by its time limit makes the node fail then, not before', () => {
    const view = aNode({ ...draining, pods: [aPod({ terminating: true })] });
    expect(nextState(decide(view, { now: NOW + 300_999 }))).toBeUndefined();
    const decision = decide(view, { now: NOW + 301_000 });
    expect(nextState(decision)).toBe('upgrade-failed');
    expect(written(decision, REASON_ANNOTATION)).toMatch(/^drain-timeout: /);
    expect(written(decision, DRAIN_START_ANNOTATION)).toBeNull();
  });

  it('leaves the node cordoned, notes what was wanted, and warns', () => {
    const decision = decide(aNode({ ...draining, pods: [aPod({ controllerKind: undefined })] }));
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBe(NEW);
    expect(changeOf(decision)?.event).toMatchObject({ type: 'Warning', reason: 'DriverUpgradeFailed' });
  });
});

describe('a node in drain-required that no driver belongs on any more', () => {
  it('is handed back without anybody being evicted', () => {
    const decision = decide(aNode({ ...draining, driver: 'unwanted', pods: [aPod()] }));
    expect(evicted(decision)).toEqual([]);
    expect(changeOf(decision)).toMatchObject({ to: 'none', unschedulable: false });
  });
});

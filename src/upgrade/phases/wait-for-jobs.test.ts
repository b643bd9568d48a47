import { describe, expect, it } from 'vitest';
import { DRAIN_START_ANNOTATION, WAIT_START_ANNOTATION } from '../../contract/keys.ts';
import { aNode, aPod, aPolicy, NOW, secondsFromNow } from '../testing/builders.ts';
import { changeOf, decide, evicted, nextState, written } from '../testing/outcome.ts';
import type { WorkloadPod } from '../view.ts';

const waiting = { state: 'wait-for-jobs-required', cordoned: true, driver: 'outdated' } as const;
const job = (more: Partial<WorkloadPod> = {}): WorkloadPod =>
  aPod({ labels: { app: 'job' }, controllerKind: 'Job', controllerName: 'train', ...more });
const forJobs = aPolicy({ waitForCompletion: { podSelector: 'app=job' } });
const forEver = aPolicy({ waitForCompletion: { podSelector: 'app=job', timeoutSeconds: 0 } });
const waitStart = secondsFromNow(0);

describe('a node in wait-for-jobs-required', () => {
  it('goes on at once, without reading any pods, if there is nothing to wait for', () => {
    expect(nextState(decide(aNode(waiting)))).toBe('drain-required');
  });

  it('goes on at once if the version has been set back: nothing will be reloaded', () => {
    const view = aNode({ ...waiting, driver: 'ready', pods: [job()], waitStart });
    expect(nextState(decide(view, { policy: forJobs }))).toBe('drain-required');
  });

  it('begins with watching its pods', () => {
    const decision = decide(aNode({ ...waiting, waitStart }), { policy: forJobs });
    expect(decision).toMatchObject({ actions: [], workload: 'watched', reason: { code: 'reading-pods' } });
  });

  it.each(['Pending', 'Running'])('waits for a selected pod that is %s', (phase) => {
    const decision = decide(aNode({ ...waiting, waitStart, pods: [job({ phase })] }), { policy: forJobs });
    expect(decision.actions).toEqual([]);
    expect(decision.workload).toBe('watched');
    expect(decision.reason).toEqual({
      code: 'jobs-running',
      pods: [{ namespace: 'default', name: 'pod-1', owner: { kind: 'Job', name: 'train' } }],
      until: NOW + 301_000,
    });
  });

  it.each(['Succeeded', 'Failed'])('does not wait for a selected pod that has %s', (phase) => {
    const decision = decide(aNode({ ...waiting, waitStart, pods: [job({ phase })] }), { policy: forJobs });
    expect(nextState(decision)).toBe('drain-required');
  });

  it('does not wait for a pod that is not selected', () => {
    const decision = decide(aNode({ ...waiting, waitStart, pods: [aPod()] }), { policy: forJobs });
    expect(nextState(decision)).toBe('drain-required');
  });

  it('waits for selected pods whoever owns them', () => {
    for (const controllerKind of ['DaemonSet', undefined]) {
      const decision = decide(aNode({ ...waiting, waitStart, pods: [job({ controllerKind })] }), {
        policy: forJobs,
      });
      expect(decision.reason?.code).toBe('jobs-running');
    }
  });

  it('evicts nothing', () => {
    expect(
      evicted(decide(aNode({ ...waiting, waitStart, pods: [job(), aPod()] }), { policy: forJobs })),
    ).toEqual([]);
  });
});

describe('the time limit of the wait for jobs', () => {
  const view = aNode({ ...waiting, waitStart, pods: [job()] });

  it('wakes the node by itself', () => {
    expect(decide(view, { policy: forJobs }).wakeAt).toBe(NOW + 301_000);
  });

  it('lets the node go on at its end, not before', () => {
    expect(nextState(decide(view, { policy: forJobs, now: NOW + 300_999 }))).toBeUndefined();
    expect(nextState(decide(view, { policy: forJobs, now: NOW + 301_000 }))).toBe('drain-required');
  });

  it('of zero never ends', () => {
    const decision = decide(view, { policy: forEver, now: NOW + 1e10 });
    expect(nextState(decision)).toBeUndefined();
    expect(decision.wakeAt).toBeUndefined();
  });

  it('begins with the state, in the same write', () => {
    const cordoning = aNode({ state: 'cordon-required', driver: 'outdated' });
    expect(written(decide(cordoning, { policy: forJobs, now: NOW + 999 }), WAIT_START_ANNOTATION)).toBe(
      waitStart,
    );
    expect(written(decide(cordoning, { policy: forEver }), WAIT_START_ANNOTATION)).toBeUndefined();
    expect(written(decide(cordoning), WAIT_START_ANNOTATION)).toBeUndefined();
  });

  it.each([undefined, 'garbled', secondsFromNow(3600)])('is begun anew where its start is %j', (start) => {
    const decision = decide(
      aNode({ ...waiting, pods: [job()], ...(start === undefined ? {} : { waitStart: start }) }),
      {
        policy: forJobs,
      },
    );
    expect(changeOf(decision)).toEqual({ annotations: { [WAIT_START_ANNOTATION]: waitStart } });
  });

  it('is taken off the node when it goes on, and the drain’s is begun', () => {
    const decision = decide(aNode({ ...waiting, waitStart, pods: [] }), { policy: forJobs, now: NOW + 5000 });
    expect(written(decision, WAIT_START_ANNOTATION)).toBeNull();
    expect(written(decision, DRAIN_START_ANNOTATION)).toBe(secondsFromNow(5));
  });

  it('is followed by no limit of the drain if that has none', () => {
    for (const policy of [aPolicy({ drain: 'off' }), aPolicy({ drain: { timeoutSeconds: 0 } })]) {
      expect(written(decide(aNode(waiting), { policy }), DRAIN_START_ANNOTATION)).toBeUndefined();
    }
  });
});

describe('a node in pod-deletion-required, which another operator left there', () => {
  it('goes on to drain-required at once', () => {
    const decision = decide(aNode({ state: 'pod-deletion-required', cordoned: true, driver: 'outdated' }));
    expect(nextState(decision)).toBe('drain-required');
    expect(written(decision, DRAIN_START_ANNOTATION)).toBe(secondsFromNow(0));
  });
});

import { describe, expect, it } from 'vitest';
import { DRAIN_START_ANNOTATION } from '../contract/keys.ts';
import type { DrainPolicy } from '../contract/upgrade-policy.ts';
import { messageOf } from '../reasons/index.ts';
import { emptyNode } from './empty-node.ts';
import { aDrainPolicy, aNode, aPod, aPolicy, NOW, secondsFromNow } from './testing/builders.ts';
import type { WorkloadPod } from './view.ts';

const start = secondsFromNow(0);

function empty(
  pods: readonly WorkloadPod[],
  {
    now = NOW,
    drain = aDrainPolicy(),
    drainStart = start,
  }: { readonly now?: number; readonly drain?: DrainPolicy; readonly drainStart?: string | null } = {},
) {
  const view = aNode({ cordoned: true, pods, ...(drainStart === null ? {} : { drainStart }) });
  return emptyNode(drain, view, { policy: aPolicy(), now });
}

function waitOf(outcome: ReturnType<typeof emptyNode>) {
  if (outcome?.kind !== 'wait') throw new Error(`expected to wait, not to ${outcome?.kind ?? 'be done'}`);
  return outcome;
}

function failureOf(outcome: ReturnType<typeof emptyNode>) {
  if (outcome?.kind !== 'fail')
    throw new Error(`expected a failure, not ${outcome?.kind ?? 'an empty node'}`);
  return outcome.reason;
}

const asked = (outcome: ReturnType<typeof emptyNode>): readonly string[] =>
  (waitOf(outcome).actions ?? []).filter((action) => action.kind === 'evict').map(({ pod }) => pod.name);

const forEver: DrainPolicy = aDrainPolicy({ timeoutSeconds: 0 });

describe('emptying a node', () => {
  it('begins with watching its pods', () => {
    const outcome = emptyNode(aDrainPolicy(), aNode(), { policy: aPolicy(), now: NOW });
    expect(outcome).toMatchObject({ kind: 'wait', workload: 'watched', reason: { code: 'reading-pods' } });
  });

  it('is done when there are no pods, or only such as are left alone', () => {
    expect(empty([])).toBeUndefined();
    expect(empty([aPod({ controllerKind: 'DaemonSet' }), aPod({ mirror: true })])).toBeUndefined();
  });

  it('evicts all pods at once and goes on watching', () => {
    const outcome = empty([aPod({ name: 'a' }), aPod({ name: 'b' })]);
    expect(asked(outcome)).toEqual(['a', 'b']);
    expect(waitOf(outcome).workload).toBe('watched');
    expect(waitOf(outcome).reason).toMatchObject({
      code: 'pods-leaving',
      leaving: [
        { namespace: 'default', name: 'a' },
        { namespace: 'default', name: 'b' },
      ],
      deadline: NOW + 301_000,
    });
  });

  it('leaves the other pods of the node alone', () => {
    const outcome = empty([aPod({ name: 'a' }), aPod({ name: 'ds', controllerKind: 'DaemonSet' })]);
    expect(asked(outcome)).toEqual(['a']);
  });

  it('waits for a terminating pod until it is gone, without asking again', () => {
    const outcome = empty([aPod({ terminating: true })]);
    expect(asked(outcome)).toEqual([]);
    expect(waitOf(outcome).reason.code).toBe('pods-leaving');
  });

  it('waits for a finished pod until it is gone: it has to be deleted like any other', () => {
    expect(asked(empty([aPod({ phase: 'Succeeded', controllerKind: undefined })]))).toEqual(['pod-1']);
  });
});

describe('a pod that may not be evicted', () => {
  it('is a reason to give up at once, before anything is evicted', () => {
    const outcome = empty([aPod({ name: 'a' }), aPod({ name: 'bare', controllerKind: undefined })]);
    expect(failureOf(outcome).code).toBe('drain-refused');
  });

  it('is named together with what can be done about it', () => {
    const reason = failureOf(
      empty([
        aPod({ name: 'bare', controllerKind: undefined }),
        aPod({ name: 'cache', emptyDir: true, controllerName: 'web' }),
      ]),
    );
    expect(reason).toEqual({
      code: 'drain-refused',
      pods: [
        { namespace: 'default', name: 'bare', owner: undefined, why: 'unowned' },
        { namespace: 'default', name: 'cache', owner: { kind: 'ReplicaSet', name: 'web' }, why: 'empty-dir' },
      ],
    });
    expect(messageOf(reason)).toBe(
      'The node cannot be drained because of pods that no controller would bring back elsewhere: default/bare; delete them, or set drain.force: true. ' +
        'The node cannot be drained because of pods with emptyDir volumes, whose data would be lost: default/cache (ReplicaSet web); delete them, or set drain.deleteEmptyDir: true',
    );
  });

  it('is named up to three times, and counted beyond', () => {
    const bare = ['a', 'b', 'c', 'd', 'e'].map((name) => aPod({ name, controllerKind: undefined }));
    expect(messageOf(failureOf(empty(bare)))).toContain('default/a, default/b, default/c and 2 more;');
  });
});

describe('an eviction that is refused', () => {
  const refusedTimes = (attempts: number, at = NOW): WorkloadPod =>
    aPod({ eviction: { attempts, at, result: 'blocked', message: 'would violate budget web' } });

  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 5000],
    [5, 5000],
    [2000, 5000],
  ])('after %d attempt(s) is asked for again %d ms later, and not before', (attempts, pause) => {
    const pod = refusedTimes(attempts);
    expect(waitOf(empty([pod], { now: NOW + pause - 1 })).wakeAt).toBe(NOW + pause);
    expect(asked(empty([pod], { now: NOW + pause - 1 }))).toEqual([]);
    expect(asked(empty([pod], { now: NOW + pause }))).toEqual(['pod-1']);
  });

  it('does not hold back the other pods', () => {
    expect(asked(empty([refusedTimes(1), aPod({ name: 'b' })]))).toEqual(['b']);
  });

  it('is the node’s reason, with the pod, the budget if the API server named it, and when it is asked for again', () => {
    const budget = { name: 'web', needsHealthy: 2, hasHealthy: 2 };
    const pod = aPod({
      controllerName: 'web',
      eviction: { attempts: 1, at: NOW, result: 'blocked', message: 'no', budget },
    });
    expect(waitOf(empty([aPod({ name: 'b' }), pod])).reason).toEqual({
      code: 'eviction-blocked',
      blocked: [
        {
          namespace: 'default',
          name: 'pod-1',
          owner: { kind: 'ReplicaSet', name: 'web' },
          budget,
          says: 'no',
        },
      ],
      stuck: [],
      leaving: [{ namespace: 'default', name: 'b' }],
      deadline: NOW + 301_000,
      nextAttemptAt: NOW + 1000,
    });
  });

  it('is asked for again at the time of whichever is next', () => {
    const pods = [refusedTimes(4), aPod({ name: 'b', refused: NOW + 500 })];
    expect(waitOf(empty(pods, { now: NOW + 600 })).reason).toMatchObject({ nextAttemptAt: NOW + 1500 });
  });

  it('is forgotten once the pod is terminating after all', () => {
    expect(waitOf(empty([aPod({ refused: NOW, terminating: true })])).reason.code).toBe('pods-leaving');
  });

  it('counts as blocked as well when the request itself failed', () => {
    const pod = aPod({ eviction: { attempts: 1, at: NOW, result: 'error', message: 'connection reset' } });
    expect(waitOf(empty([pod])).reason.code).toBe('eviction-blocked');
  });
});

describe('an eviction that was accepted', () => {
  const accepted = aPod({ eviction: { attempts: 1, at: NOW, result: 'accepted', message: '' } });

  it('is asked for again if the pod does not begin to terminate', () => {
    expect(asked(empty([accepted], { now: NOW + 14_999 }))).toEqual([]);
    expect(asked(empty([accepted], { now: NOW + 15_000 }))).toEqual(['pod-1']);
  });

  it('says when it is looked at again', () => {
    expect(waitOf(empty([accepted], { drain: forEver })).wakeAt).toBe(NOW + 15_000);
  });

  it('is no blocked one', () => {
    expect(waitOf(empty([accepted])).reason.code).toBe('pods-leaving');
  });
});

describe('the drain’s time limit', () => {
  it('makes the node fail at its end, and names the pods that are left', () => {
    const pods = [aPod({ name: 'web', refused: NOW }), aPod({ name: 'slow', terminating: true })];
    expect(waitOf(empty(pods, { now: NOW + 300_999 })).reason.code).toBe('eviction-blocked');
    expect(failureOf(empty(pods, { now: NOW + 301_000 }))).toMatchObject({
      code: 'drain-timeout',
      blocked: [{ name: 'web', says: 'PDB' }],
      leaving: [{ name: 'slow' }],
      timeoutSeconds: 300,
    });
  });

  it('is no matter for a node that is empty by then', () => {
    expect(empty([], { now: NOW + 301_000 })).toBeUndefined();
  });

  it('is acted on by itself: the decision says when to wake', () => {
    expect(waitOf(empty([aPod({ terminating: true })])).wakeAt).toBe(NOW + 301_000);
    const dueBefore = aPod({ refused: NOW + 300_500 });
    expect(waitOf(empty([dueBefore], { now: NOW + 300_600 })).wakeAt).toBe(NOW + 301_000);
  });

  it('of zero means for ever', () => {
    const pods = [aPod({ terminating: true })];
    expect(waitOf(empty(pods, { drain: forEver, now: NOW + 1e10 })).wakeAt).toBeUndefined();
  });

  it('is begun, with the first evictions, where its start is missing', () => {
    const outcome = waitOf(empty([aPod()], { drainStart: null }));
    expect(outcome.actions).toMatchObject([
      { kind: 'evict' },
      { kind: 'patch-node', change: { annotations: { [DRAIN_START_ANNOTATION]: start } } },
    ]);
  });

  it('is not begun when it is for ever', () => {
    const outcome = waitOf(empty([aPod()], { drain: forEver, drainStart: null }));
    expect(outcome.actions?.map(({ kind }) => kind)).toEqual(['evict']);
  });
});

describe('a pod that does not go', () => {
  const going = aPod({ terminating: true, graceEndsAt: NOW, finalizers: ['example.com/hold'] });

  it('is the reason when it should have been gone for half a minute, with what holds it', () => {
    expect(waitOf(empty([going], { now: NOW + 29_999 })).reason.code).toBe('pods-leaving');
    expect(waitOf(empty([going, aPod({ name: 'b' })], { now: NOW + 30_000 })).reason).toMatchObject({
      code: 'pods-stuck-terminating',
      stuck: [{ name: 'pod-1', graceEndsAt: NOW, finalizers: ['example.com/hold'] }],
      leaving: [{ name: 'b' }],
      nodeReady: true,
    });
  });

  it('is noticed by itself: the decision says when to wake', () => {
    expect(waitOf(empty([going])).wakeAt).toBe(NOW + 30_000);
    expect(waitOf(empty([going], { now: NOW + 30_000 })).wakeAt).toBe(NOW + 301_000);
  });

  it('is no wonder on a node that is not Ready, and the reason says so', () => {
    const view = aNode({ cordoned: true, drainStart: start, pods: [going], notReadySince: NOW });
    const outcome = emptyNode(aDrainPolicy(), view, { policy: aPolicy(), now: NOW + 30_000 });
    expect(waitOf(outcome).reason).toMatchObject({ code: 'pods-stuck-terminating', nodeReady: false });
  });

  it('comes after an eviction that is refused: that one may come of it', () => {
    const { reason } = waitOf(
      empty([going, aPod({ name: 'b', refused: NOW + 30_000 })], { now: NOW + 30_000 }),
    );
    expect(reason).toMatchObject({ code: 'eviction-blocked', stuck: [{ name: 'pod-1' }] });
  });
});

import { describe, expect, it } from 'vitest';
import {
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  SAFE_LOAD_ANNOTATION,
} from '../../contract/keys.ts';
import { aDriverPod, aNode, aPod, aPolicy, CRASH, NEW, NOW } from '../testing/builders.ts';
import type { WorkloadPod } from '../view.ts';
import { changeOf, decide, evicted, nextState, restarted, written } from '../testing/outcome.ts';

const restarting = { state: 'pod-restart-required', cordoned: true } as const;
const emptied = { ...restarting, pods: [] } as const;
const undrained = aPolicy({ drain: 'off' });

describe('a node in pod-restart-required with an outdated driver', () => {
  it('has the driver pod deleted once it is freshly read to be empty', () => {
    const decision = decide(aNode({ ...emptied, driver: 'outdated' }));
    expect(restarted(decision)).toBe('mofed-1');
    expect(decision.reason?.code).toBe('in-progress');
  });

  it('has its pods read first, in one go', () => {
    const decision = decide(aNode({ ...restarting, driver: 'outdated' }));
    expect(decision).toMatchObject({ actions: [], workload: 'fresh', reason: { code: 'reading-pods' } });
  });

  it('has its pods read again if the last read is older than two seconds', () => {
    const readAgo = (ms: number) => decide(aNode({ ...emptied, driver: 'outdated', readAt: NOW - ms }));
    expect(restarted(readAgo(2000))).toBe('mofed-1');
    expect(restarted(readAgo(2001))).toBeUndefined();
    expect(readAgo(2001).workload).toBe('fresh');
    expect(readAgo(Infinity).workload).toBe('fresh');
  });

  it('takes no read from the future for a fresh one', () => {
    const decision = decide(aNode({ ...emptied, driver: 'outdated', readAt: NOW + 1 }));
    expect(restarted(decision)).toBeUndefined();
    expect(decision.workload).toBe('fresh');
  });

  it('keeps its driver while a pod is there that has to leave, and has that evicted', () => {
    const decision = decide(aNode({ ...restarting, driver: 'outdated', pods: [aPod()] }));
    expect(restarted(decision)).toBeUndefined();
    expect(evicted(decision)).toEqual(['pod-1']);
    const leaving = decide(aNode({ ...restarting, driver: 'outdated', pods: [aPod({ terminating: true })] }));
    expect(restarted(leaving)).toBeUndefined();
  });

  it('fails if a pod is there that may not be evicted', () => {
    const decision = decide(aNode({ ...restarting, driver: 'outdated', pods: [aPod({ emptyDir: true })] }));
    expect(nextState(decision)).toBe('upgrade-failed');
    expect(restarted(decision)).toBeUndefined();
  });

  it('is not drained if draining is disabled, but has to be cordoned', () => {
    const view = { ...restarting, driver: 'outdated', pods: [aPod()] } as const;
    expect(restarted(decide(aNode(view), { policy: undrained }))).toBe('mofed-1');
    expect(restarted(decide(aNode({ ...restarting, driver: 'outdated' }), { policy: undrained }))).toBe(
      'mofed-1',
    );
    expect(restarted(decide(aNode({ ...view, cordoned: false }), { policy: undrained }))).toBeUndefined();
  });

  it('has the pod deleted that is behind, not one that is up to date', () => {
    const driver = [aDriverPod('ready'), aDriverPod('outdated', { name: 'mofed-old', uid: 'old' })];
    expect(restarted(decide(aNode({ ...emptied, driver })))).toBe('mofed-old');
  });

  it('has a pod deleted even if it waits in its init container: that one would load the old driver', () => {
    const decision = decide(aNode({ ...emptied, driver: 'outdated-not-ready', safeLoad: true }));
    expect(restarted(decision)).toBe('mofed-1');
    expect(written(decision, SAFE_LOAD_ANNOTATION)).toBeUndefined();
  });

  it('has an orphaned pod deleted, which only a request leads here', () => {
    expect(restarted(decide(aNode({ ...emptied, driver: 'orphaned' })))).toBe('mofed-1');
  });
});

describe('a node in pod-restart-required with a driver that waits for safe load', () => {
  const held = { driver: 'starting', safeLoad: true } as const;

  it('lets it load once the node is freshly read to be empty', () => {
    const decision = decide(aNode({ ...emptied, ...held }));
    expect(written(decision, SAFE_LOAD_ANNOTATION)).toBeNull();
    expect(nextState(decision)).toBeUndefined();
    expect(changeOf(decision)?.event?.reason).toBe('SafeLoadUnblocked');
  });

  it('keeps it waiting while the node is not known to be empty', () => {
    for (const spec of [{}, { pods: [], readAt: NOW - 2001 }, { pods: [aPod()] }]) {
      expect(
        written(decide(aNode({ ...restarting, ...held, ...spec })), SAFE_LOAD_ANNOTATION),
      ).toBeUndefined();
    }
  });

  it('keeps it waiting while the node is not cordoned, drained or not', () => {
    const view = aNode({ ...emptied, ...held, cordoned: false });
    expect(written(decide(view), SAFE_LOAD_ANNOTATION)).toBeUndefined();
    expect(written(decide(view, { policy: undrained }), SAFE_LOAD_ANNOTATION)).toBeUndefined();
    expect(changeOf(decide(view))?.unschedulable).toBe(true);
  });

  it('lets it load on a cordoned node without a drain if draining is disabled', () => {
    const decision = decide(aNode({ ...restarting, ...held }), { policy: undrained });
    expect(written(decision, SAFE_LOAD_ANNOTATION)).toBeNull();
  });
});

describe('a node in pod-restart-required whose new driver is Ready', () => {
  it('goes on to uncordon-required', () => {
    const decision = decide(aNode({ ...restarting, driver: 'ready', reason: 'driver-starting: x' }));
    expect(nextState(decision)).toBe('uncordon-required');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
    expect(written(decision, REASON_ANNOTATION)).toBeNull();
  });

  it('is done if it was cordoned before the upgrade, and stays cordoned', () => {
    const decision = decide(aNode({ ...restarting, driver: 'ready', cordonedBefore: true, failedOn: NEW }));
    expect(nextState(decision)).toBe('upgrade-done');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
    expect(written(decision, INITIALLY_UNSCHEDULABLE_ANNOTATION)).toBeNull();
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBeNull();
    expect(changeOf(decision)?.event?.reason).toBe('DriverUpgradeDone');
  });

  it('is done if a person has uncordoned and cordoned it in the middle, and stays cordoned', () => {
    const decision = decide(aNode({ ...restarting, driver: 'ready', cordoned: 'by-person' }));
    expect(nextState(decision)).toBe('upgrade-done');
    expect(changeOf(decision)?.unschedulable).toBeUndefined();
  });
});

describe('a node in pod-restart-required that bears the safe-load annotation beside a Ready driver', () => {
  const marked = { ...restarting, driver: 'ready', safeLoad: true } as const;
  const found = (more: Parameters<typeof aPod>[0] = {}): WorkloadPod =>
    aPod({ name: 'driver-1', controllerKind: 'DaemonSet', ...more });

  it.each([
    ['drained', aPolicy()],
    ['not drained', undrained],
  ])('has its pods read first, for the driver may be an old one that is gone: %s', (_, policy) => {
    for (const read of [{}, { pods: [found()], readAt: NOW - 2001 }]) {
      const decision = decide(aNode({ ...marked, ...read }), { policy });
      expect(decision.workload).toBe('fresh');
      expect(decision.actions).toEqual([]);
    }
  });

  it('loses it once the read shows that driver Ready: it has loaded, and the annotation is a leftover', () => {
    const decision = decide(aNode({ ...marked, pods: [found()] }));
    expect(nextState(decision)).toBe('uncordon-required');
    expect(written(decision, SAFE_LOAD_ANNOTATION)).toBeNull();
  });

  it.each([
    ['another driver in its place', [found({ uid: 'driver-2', ready: false })]],
    ['it waiting in its init container again', [found({ ready: false })]],
    ['it terminating', [found({ terminating: true })]],
    ['no driver', []],
  ])('waits to hear of what the read shows: %s', (_, pods) => {
    const decision = decide(aNode({ ...marked, pods }));
    expect(decision).toMatchObject({ actions: [], workload: 'none', reason: { code: 'driver-starting' } });
  });

  it('is cordoned again first, if somebody has uncordoned it', () => {
    expect(changeOf(decide(aNode({ ...marked, cordoned: false })))?.unschedulable).toBe(true);
  });
});

describe('a node in pod-restart-required whose driver is on its way', () => {
  it.each([
    ['starting', 'driver-starting'],
    ['terminating', 'driver-terminating'],
    ['missing', 'driver-missing'],
    ['unknown', 'driver-revision-unknown'],
  ] as const)('waits while it is %s, and says so', (driver, code) => {
    const decision = decide(aNode({ ...emptied, driver }));
    expect(decision.actions).toEqual([]);
    expect(decision.reason?.code).toBe(code);
  });

  it('does nothing about a driver that is not held back while its pod is terminating', () => {
    expect(decide(aNode({ ...emptied, driver: 'terminating', safeLoad: true })).actions).toEqual([]);
  });

  it('fails when the new pod fails, with the pod’s own reason', () => {
    const decision = decide(aNode({ ...restarting, driver: 'failing' }));
    expect(nextState(decision)).toBe('upgrade-failed');
    expect(written(decision, REASON_ANNOTATION)).toMatch(/^driver-crashing: Driver pod .*CrashLoopBackOff/);
    expect(written(decision, FAILED_REVISION_ANNOTATION)).toBe(NEW);
  });

  it('fails when the init container of a held-back driver fails', () => {
    const driver = [aDriverPod('failing', { failure: { ...CRASH, kind: 'init-failed' } })];
    expect(nextState(decide(aNode({ ...restarting, driver, safeLoad: true })))).toBe('upgrade-failed');
  });

  it('does not fail by the old pod’s failure: that one is replaced', () => {
    const driver = [aDriverPod('outdated-not-ready', { failure: CRASH })];
    expect(restarted(decide(aNode({ ...emptied, driver })))).toBe('mofed-1');
  });

  it('is released and uncordoned when no driver belongs on the node any more', () => {
    const decision = decide(aNode({ ...restarting, driver: 'unwanted' }));
    expect(nextState(decision)).toBe('none');
    expect(changeOf(decision)?.unschedulable).toBe(false);
  });
});

describe('a node that is away in the middle of its restart', () => {
  const away = { ...emptied, driver: 'outdated', notReadySince: NOW - 299_999 } as const;

  it('is waited for, with its driver untouched', () => {
    const decision = decide(aNode(away));
    expect(decision).toMatchObject({ actions: [], reason: { code: 'node-not-ready' }, wakeAt: NOW + 1 });
  });

  it('fails after five minutes, so that its slot is free for others', () => {
    const decision = decide(aNode(away), { now: NOW + 1 });
    expect(nextState(decision)).toBe('upgrade-failed');
    expect(written(decision, REASON_ANNOTATION)).toMatch(/^node-not-ready: /);
  });

  it('does not go on by what its driver pod said before it went away', () => {
    expect(decide(aNode({ ...away, driver: 'ready' })).actions).toEqual([]);
  });

  it('is released if no driver belongs on it any more', () => {
    expect(nextState(decide(aNode({ ...away, driver: 'unwanted', notReadySince: 0 })))).toBe('none');
  });

  it('begins counting when it went away, not when it came to this state', () => {
    expect(nextState(decide(aNode({ ...away, notReadySince: NOW - 300_000 })))).toBe('upgrade-failed');
  });
});

describe('a node in pod-restart-required that a person uncordons while its driver is on the way', () => {
  it.each(['starting', 'missing', 'terminating'] as const)(
    'is cordoned again: the driver is %s',
    (driver) => {
      const decision = decide(aNode({ state: 'pod-restart-required', cordoned: false, driver }));
      expect(changeOf(decision)?.unschedulable).toBe(true);
      expect(nextState(decision)).toBeUndefined();
    },
  );
});

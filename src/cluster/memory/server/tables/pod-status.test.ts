import { describe, expect, it } from 'vitest';
import type { RawObject } from '../../api/types.ts';
import { podStatus } from './pod-status.ts';

interface Parts {
  readonly phase?: string;
  readonly reason?: string;
  readonly init?: readonly object[];
  readonly containers?: readonly object[];
  readonly conditions?: readonly object[];
  readonly sidecars?: readonly string[];
  readonly deleted?: boolean;
}

function pod({ phase = 'Pending', init = [], containers = [], conditions = [], ...parts }: Parts): RawObject {
  const named = (statuses: readonly object[], prefix: string) =>
    statuses.map((status, index) => ({ name: `${prefix}-${index}`, ...status }));
  const initContainers = named(init, 'init').map(({ name }) => ({
    name,
    ...(parts.sidecars?.includes(name) === true ? { restartPolicy: 'Always' } : {}),
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'pod',
      ...(parts.deleted === true ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { initContainers, containers: named(containers, 'main').map(({ name }) => ({ name })) },
    status: {
      phase,
      conditions,
      ...(parts.reason === undefined ? {} : { reason: parts.reason }),
      initContainerStatuses: named(init, 'init'),
      containerStatuses: named(containers, 'main'),
    },
  };
}

const running = { state: { running: {} }, ready: true };
const done = { state: { terminated: { exitCode: 0, reason: 'Completed' } } };
const waiting = (reason: string) => ({ state: { waiting: { reason } } });
const failed = (exitCode: number, reason?: string) => ({ state: { terminated: { exitCode, reason } } });
const ready = { type: 'Ready', status: 'True' };

describe('The status word of a pod', () => {
  it.each<[string, Parts]>([
    ['Pending', {}],
    ['Evicted', { phase: 'Failed', reason: 'Evicted' }],
    [
      'SchedulingGated',
      { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    ],
    ['Init:0/2', { init: [waiting('PodInitializing'), waiting('PodInitializing')] }],
    ['Init:1/2', { init: [done, { state: { running: {} } }] }],
    ['Init:CrashLoopBackOff', { init: [waiting('CrashLoopBackOff')] }],
    ['Init:Error', { init: [failed(1, 'Error')] }],
    ['Init:ExitCode:3', { init: [failed(3)] }],
    ['PodInitializing', { init: [done], containers: [waiting('PodInitializing')] }],
    ['ContainerCreating', { containers: [waiting('ContainerCreating')] }],
    ['ImagePullBackOff', { containers: [waiting('ImagePullBackOff')] }],
    ['CrashLoopBackOff', { phase: 'Running', containers: [waiting('CrashLoopBackOff'), running] }],
    ['Running', { phase: 'Running', containers: [running] }],
    ['Completed', { phase: 'Succeeded', containers: [done] }],
    ['Error', { phase: 'Failed', containers: [done, failed(1, 'Error')] }],
    ['Running', { phase: 'Running', containers: [running, done], conditions: [ready] }],
    ['NotReady', { phase: 'Running', containers: [running, done] }],
    ['Terminating', { phase: 'Running', containers: [running], deleted: true }],
    ['Completed', { phase: 'Succeeded', containers: [done], deleted: true }],
    ['Unknown', { phase: 'Running', reason: 'NodeLost', containers: [running], deleted: true }],
  ])('is %s', (word, parts) => {
    expect(podStatus(pod(parts)).word).toBe(word);
  });
});

describe('The containers of a pod', () => {
  it('are ready, of all that there are', () => {
    const { readyContainers, containers } = podStatus(pod({ containers: [running, waiting('x')] }));
    expect([readyContainers, containers]).toEqual([1, 2]);
  });

  it('are counted with those beside them', () => {
    const parts = { init: [{ ...running, started: true }], sidecars: ['init-0'], containers: [running] };
    const { readyContainers, containers, word } = podStatus(pod({ phase: 'Running', ...parts }));
    expect([readyContainers, containers, word]).toEqual([2, 2, 'Running']);
  });

  it('count their restarts, those of init containers only until these are through', () => {
    const again = (restartCount: number, finishedAt: string) => ({
      restartCount,
      lastState: { terminated: { finishedAt } },
    });
    const init = { ...done, ...again(3, '2026-01-01T00:00:00Z') };
    const main = { ...running, ...again(2, '2026-01-02T00:00:00Z') };
    expect(podStatus(pod({ init: [init], containers: [main] }))).toMatchObject({
      restarts: 2,
      lastRestart: Date.UTC(2026, 0, 2),
    });
    expect(podStatus(pod({ init: [{ ...init, ...waiting('CrashLoopBackOff') }] })).restarts).toBe(3);
  });
});

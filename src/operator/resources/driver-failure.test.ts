import { describe, expect, it } from 'vitest';
import { driverFailureOf } from './driver-failure.ts';
import type { RawContainerStatus, RawPod } from './raw-pod.ts';

const failureOf = (status: RawPod['status']) => driverFailureOf(status === undefined ? {} : { status });

const waiting = (reason: string, message?: string): RawContainerStatus => ({
  name: 'mofed-container',
  state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
});
const running: RawContainerStatus = { name: 'sidecar', ready: true, state: {} };

describe('A driver pod has failed', () => {
  it.each([
    ['ImagePullBackOff', 'image-pull'],
    ['InvalidImageName', 'image-pull'],
    ['ErrImageNeverPull', 'image-pull'],
    ['ImageInspectError', 'image-pull'],
    ['RegistryUnavailable', 'image-pull'],
    ['SignatureValidationFailed', 'image-pull'],
    ['CrashLoopBackOff', 'crash-loop'],
    ['CreateContainerConfigError', 'config'],
    ['CreateContainerError', 'config'],
    ['RunContainerError', 'config'],
    ['PreCreateHookError', 'config'],
    ['PreStartHookError', 'config'],
    ['PostStartHookError', 'config'],
  ])('when a container waits for what waiting does not bring: %s', (reason, kind) => {
    expect(failureOf({ containerStatuses: [running, waiting(reason)] })).toEqual({
      kind,
      container: 'mofed-container',
      message: reason,
    });
  });

  it('in its init container, which is another thing when it crashes', () => {
    const init = { ...waiting('CrashLoopBackOff'), name: 'init' };
    expect(failureOf({ initContainerStatuses: [init] })).toMatchObject({
      kind: 'init-failed',
      container: 'init',
    });
    expect(failureOf({ initContainerStatuses: [waiting('ImagePullBackOff')] })).toMatchObject({
      kind: 'image-pull',
    });
  });

  it('in its init container first, if both have', () => {
    const init = { ...waiting('CreateContainerConfigError'), name: 'init' };
    expect(
      failureOf({
        initContainerStatuses: [init],
        containerStatuses: [waiting('ImagePullBackOff')],
      }),
    ).toMatchObject({ container: 'init' });
  });

  it('as a whole, and says why', () => {
    expect(failureOf({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' })).toEqual({
      kind: 'pod-failed',
      container: 'pod',
      message: 'Evicted (low on memory)',
    });
    expect(failureOf({ phase: 'Failed' })).toMatchObject({ message: 'Failed' });
  });
});

describe('A driver pod has not failed', () => {
  it.each(['ContainerCreating', 'PodInitializing', 'ErrImagePull', '', 'constructor', '__proto__'])(
    'while a container waits for what comes by itself: %j',
    (reason) => {
      expect(failureOf({ containerStatuses: [waiting(reason)] })).toBeUndefined();
    },
  );

  it('as long as nobody says so', () => {
    expect(failureOf(undefined)).toBeUndefined();
    expect(failureOf({})).toBeUndefined();
    expect(failureOf({ containerStatuses: [{ name: 'c' }] })).toBeUndefined();
    expect(failureOf({ containerStatuses: [{ name: 'c', state: { waiting: {} } }] })).toBeUndefined();
  });

  it('when a container has ended and is started again', () => {
    const ended = { name: 'c', restartCount: 1, state: { terminated: { exitCode: 1, reason: 'Error' } } };
    expect(failureOf({ phase: 'Running', containerStatuses: [ended] })).toBeUndefined();
  });
});

describe('What is told of a failure', () => {
  const told = (status: RawContainerStatus): string | undefined =>
    failureOf({ containerStatuses: [status] })?.message;

  it('has the kubelet’s own words', () => {
    expect(told(waiting('ImagePullBackOff', 'not found'))).toBe('ImagePullBackOff (not found)');
    expect(told(waiting('ImagePullBackOff', ''))).toBe('ImagePullBackOff');
  });

  it('has as many of them as a person reads, and whole words', () => {
    const message = told(waiting('ImagePullBackOff', 'no such image here '.repeat(300))) ?? '';
    expect(message).toMatch(
      /^ImagePullBackOff \((no such image here )+(no|no such|no such image|no such image here)?…\)$/,
    );
    expect(message.length).toBeLessThanOrEqual('ImagePullBackOff ()'.length + 300);
  });

  it('has how often a container has crashed, and how it ended last', () => {
    const crashing = { ...waiting('CrashLoopBackOff'), restartCount: 4 };
    const failure = (status: RawContainerStatus) => failureOf({ containerStatuses: [status] });
    expect(failure({ ...crashing, lastState: { terminated: { exitCode: 137 } } })).toMatchObject({
      message: 'CrashLoopBackOff',
      restarts: 4,
      exitCode: 137,
    });
    expect(failure(crashing)).not.toHaveProperty('exitCode');
  });

  it('has the image that the pod’s spec names for that very container', () => {
    const spec = {
      initContainers: [{ name: 'mofed-container', image: 'another' }],
      containers: [
        { name: 'sidecar', image: 'sidecar:1' },
        { name: 'mofed-container', image: 'mofed:1' },
      ],
    };
    const status = { containerStatuses: [running, waiting('ImagePullBackOff')] };
    expect(driverFailureOf({ spec, status })?.image).toBe('mofed:1');
  });
});

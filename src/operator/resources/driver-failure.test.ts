import { describe, expect, it } from 'vitest';
import { driverFailureOf } from './driver-failure.ts';
import type { RawContainerStatus } from './raw-pod.ts';

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
    expect(driverFailureOf({ containerStatuses: [running, waiting(reason)] })).toEqual({
      kind,
      container: 'mofed-container',
      message: reason,
    });
  });

  it('in its init container, which is another thing when it crashes', () => {
    const init = { ...waiting('CrashLoopBackOff'), name: 'init' };
    expect(driverFailureOf({ initContainerStatuses: [init] })).toMatchObject({
      kind: 'init-failed',
      container: 'init',
    });
    expect(driverFailureOf({ initContainerStatuses: [waiting('ImagePullBackOff')] })).toMatchObject({
      kind: 'image-pull',
    });
  });

  it('in its init container first, if both have', () => {
    const init = { ...waiting('CreateContainerConfigError'), name: 'init' };
    expect(
      driverFailureOf({
        initContainerStatuses: [init],
        containerStatuses: [waiting('ImagePullBackOff')],
      }),
    ).toMatchObject({ container: 'init' });
  });

  it('as a whole, and says why', () => {
    expect(driverFailureOf({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' })).toEqual({
      kind: 'pod-failed',
      container: 'pod',
      message: 'Evicted (low on memory)',
    });
    expect(driverFailureOf({ phase: 'Failed' })).toMatchObject({ message: 'Failed' });
  });
});

describe('A driver pod has not failed', () => {
  it.each(['ContainerCreating', 'PodInitializing', 'ErrImagePull', '', 'constructor', '__proto__'])(
    'while a container waits for what comes by itself: %j',
    (reason) => {
      expect(driverFailureOf({ containerStatuses: [waiting(reason)] })).toBeUndefined();
    },
  );

  it('as long as nobody says so', () => {
    expect(driverFailureOf(undefined)).toBeUndefined();
    expect(driverFailureOf({})).toBeUndefined();
    expect(driverFailureOf({ containerStatuses: [{ name: 'c' }] })).toBeUndefined();
    expect(driverFailureOf({ containerStatuses: [{ name: 'c', state: { waiting: {} } }] })).toBeUndefined();
  });

  it('when a container has ended and is started again', () => {
    const ended = { name: 'c', restartCount: 1, state: { terminated: { exitCode: 1, reason: 'Error' } } };
    expect(driverFailureOf({ phase: 'Running', containerStatuses: [ended] })).toBeUndefined();
  });
});

describe('What is told of a failure', () => {
  const told = (status: RawContainerStatus): string | undefined =>
    driverFailureOf({ containerStatuses: [status] })?.message;

  it('has the kubelet’s own words', () => {
    expect(told(waiting('ImagePullBackOff', 'not found'))).toBe('ImagePullBackOff (not found)');
    expect(told(waiting('ImagePullBackOff', ''))).toBe('ImagePullBackOff');
  });

  it('has as many of them as a person reads', () => {
    expect(told(waiting('ImagePullBackOff', 'x'.repeat(5000)))).toHaveLength(
      'ImagePullBackOff ()'.length + 300,
    );
  });

  it('has how often a container has crashed, and how it ended last', () => {
    const crashing = { ...waiting('CrashLoopBackOff'), restartCount: 4 };
    expect(told({ ...crashing, lastState: { terminated: { exitCode: 137 } } })).toBe(
      'CrashLoopBackOff, 4 restart(s), last exit code 137',
    );
    expect(told(crashing)).toBe('CrashLoopBackOff, 4 restart(s)');
  });
});

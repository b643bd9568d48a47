import type { DriverFailure } from '../../upgrade/view.ts';
import type { RawContainerStatus, RawPod } from './raw-pod.ts';

/**
 * What the kubelet calls the states out of which a container does not come by waiting. `ErrImagePull` is not among them: it is the first
 * try, and `ImagePullBackOff` follows it if there is no image to be had.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/images/types.go
 */
const HOPELESS: Readonly<Record<string, DriverFailure['kind']>> = {
  ImagePullBackOff: 'image-pull',
  InvalidImageName: 'image-pull',
  ErrImageNeverPull: 'image-pull',
  ImageInspectError: 'image-pull',
  RegistryUnavailable: 'image-pull',
  SignatureValidationFailed: 'image-pull',
  CrashLoopBackOff: 'crash-loop',
  CreateContainerConfigError: 'config',
  CreateContainerError: 'config',
  RunContainerError: 'config',
  PreCreateHookError: 'config',
  PreStartHookError: 'config',
  PostStartHookError: 'config',
};

/** Why a pod cannot come up by itself, if its status says so. */
export function driverFailureOf(status: RawPod['status']): DriverFailure | undefined {
  const init = firstFailure(status?.initContainerStatuses);
  if (init?.kind === 'crash-loop') return { ...init, kind: 'init-failed' };
  return init ?? firstFailure(status?.containerStatuses) ?? failureOfPod(status);
}

function firstFailure(containers: readonly RawContainerStatus[] = []): DriverFailure | undefined {
  return containers.map(failureOf).find((failure) => failure !== undefined);
}

function failureOfPod(status: RawPod['status']): DriverFailure | undefined {
  return status?.phase === 'Failed'
    ? { kind: 'pod-failed', container: 'pod', message: describe(status.reason ?? 'Failed', status.message) }
    : undefined;
}

function failureOf(container: RawContainerStatus): DriverFailure | undefined {
  const waiting = container.state?.waiting;
  const reason = waiting?.reason ?? '';
  const kind = Object.hasOwn(HOPELESS, reason) ? HOPELESS[reason] : undefined;
  if (kind === undefined) return undefined;
  return {
    kind,
    container: container.name,
    message: describe(reason, waiting?.message) + crashes(container),
  };
}

const MESSAGE_LENGTH = 300;

function describe(reason: string, message: string | undefined): string {
  return message === undefined || message === '' ? reason : `${reason} (${message.slice(0, MESSAGE_LENGTH)})`;
}

function crashes({ restartCount = 0, lastState }: RawContainerStatus): string {
  const exitCode = lastState?.terminated?.exitCode;
  if (restartCount === 0) return '';
  return `, ${restartCount} restart(s)${exitCode === undefined ? '' : `, last exit code ${exitCode}`}`;
}

import { shortened } from '../../reasons/index.ts';
import type { DriverFailure } from '../../upgrade/view.ts';
import { imageOf, words } from './driver-wait.ts';
import type { RawContainer, RawContainerStatus, RawPod } from './raw-pod.ts';

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
export function driverFailureOf({
  spec,
  status,
}: Pick<RawPod, 'spec' | 'status'>): DriverFailure | undefined {
  const init = firstFailure(status?.initContainerStatuses, spec?.initContainers);
  if (init?.kind === 'crash-loop') return { ...init, kind: 'init-failed' };
  return init ?? firstFailure(status?.containerStatuses, spec?.containers) ?? failureOfPod(status);
}

function firstFailure(
  statuses: readonly RawContainerStatus[] = [],
  containers: readonly RawContainer[] = [],
): DriverFailure | undefined {
  return statuses.map((status) => failureOf(status, containers)).find((failure) => failure !== undefined);
}

function failureOfPod(status: RawPod['status']): DriverFailure | undefined {
  return status?.phase === 'Failed'
    ? { kind: 'pod-failed', container: 'pod', message: describe(status.reason ?? 'Failed', status.message) }
    : undefined;
}

function failureOf(
  status: RawContainerStatus,
  containers: readonly RawContainer[],
): DriverFailure | undefined {
  const waiting = status.state?.waiting;
  const reason = waiting?.reason ?? '';
  const kind = Object.hasOwn(HOPELESS, reason) ? HOPELESS[reason] : undefined;
  if (kind === undefined) return undefined;
  const image = imageOf(status.name, containers);
  return {
    kind,
    container: status.name,
    message: describe(reason, waiting?.message),
    ...(image === undefined ? {} : { image }),
    ...crashes(status),
  };
}

const MESSAGE_LENGTH = 300;

/** The kubelet's own words, as many as a person reads. */
function describe(reason: string, message = ''): string {
  return words(reason, shortened(message, MESSAGE_LENGTH));
}

function crashes({
  restartCount = 0,
  lastState,
}: RawContainerStatus): Pick<DriverFailure, 'restarts' | 'exitCode'> {
  if (restartCount === 0) return {};
  const exitCode = lastState?.terminated?.exitCode;
  return { restarts: restartCount, ...(exitCode === undefined ? {} : { exitCode }) };
}

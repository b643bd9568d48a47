import type { Reason } from '../reasons/index.ts';
import type { DriverFailure, DriverPod } from './view.ts';

/** Why a new driver pod has failed. */
export function driverFailure({ namespace, name }: DriverPod, failure: DriverFailure): Reason {
  const pod = { namespace, name };
  const { container, image, message: says, restarts = 0, exitCode } = failure;
  const about = { pod, container, image, says };
  switch (failure.kind) {
    case 'image-pull':
      return { code: 'driver-image', ...about };
    case 'crash-loop':
      return { code: 'driver-crashing', ...about, restarts, exitCode };
    case 'init-failed':
      return { code: 'driver-init-failed', ...about, restarts, exitCode };
    case 'config':
      return { code: 'driver-config', ...about };
    case 'pod-failed':
      return { code: 'driver-pod-failed', pod, says };
  }
}

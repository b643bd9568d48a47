import type { Reason, ReasonCode } from './reasons.ts';
import type { DriverFailure, DriverPod } from './view.ts';

const CODES: Readonly<Record<DriverFailure['kind'], ReasonCode>> = {
  'image-pull': 'driver-image',
  'crash-loop': 'driver-crashing',
  'init-failed': 'driver-init-failed',
  config: 'driver-config',
  'pod-failed': 'driver-pod-failed',
};

const REMEDIES: Readonly<Record<DriverFailure['kind'], string>> = {
  'image-pull':
    'Check that the image exists and can be pulled, or change the version in the NicClusterPolicy',
  'crash-loop': 'See its log; delete the pod to try again, or change the version in the NicClusterPolicy',
  'init-failed': 'See the init container’s log; delete the pod to try again',
  config: 'Correct what it refers to, then delete the pod',
  'pod-failed': 'Delete the pod to try again, or change the version in the NicClusterPolicy',
};

/** Why a new driver pod has failed, and what a person can do. */
export function driverFailure(pod: DriverPod, failure: DriverFailure): Reason {
  return {
    code: CODES[failure.kind],
    message: `Driver pod ${pod.namespace}/${pod.name}, container ${failure.container}: ${failure.message}. ${REMEDIES[failure.kind]}`,
  };
}

import { DRIVER_CONTAINER, INIT_CONTAINER } from '../../contract/keys.ts';
import { kubectl, onObject } from '../command.ts';
import { patience, type Entries, type Remedy } from '../entry.ts';
import type { Crashes, DriverContainer, PodRef } from '../reason.ts';
import { nameOf, said } from '../words.ts';
import { letGo, otherVersion, stuckPod } from './drain.ts';
import { driverPodsOn } from './flow.ts';

const POD: PodRef = { namespace: 'nvidia-network-operator', name: 'mofed-ubuntu22.04-5d9c7f-ds-x7k2p' };
const DAEMON_SET: PodRef = { namespace: 'nvidia-network-operator', name: 'mofed-ubuntu22.04-5d9c7f-ds' };
const EXAMPLE_TIME = Date.UTC(2026, 0, 1, 12);
const CONTAINER: DriverContainer = {
  pod: POD,
  container: DRIVER_CONTAINER,
  image: 'nvcr.io/nvidia/mellanox/mofed:24.01-0.3.3.1-0-ubuntu22.04-amd64',
  says: '',
};

/** Reasons that keep a driver from coming up. */
export const driverEntries: Entries<
  | 'driver-revision-unknown'
  | 'driver-missing'
  | 'driver-terminating'
  | 'driver-stuck-terminating'
  | 'driver-unscheduled'
  | 'driver-init-waiting'
  | 'driver-starting'
  | 'driver-image'
  | 'driver-crashing'
  | 'driver-init-failed'
  | 'driver-config'
  | 'driver-pod-failed'
> = {
  'driver-revision-unknown': {
    title: 'The DaemonSet controller has not taken up the newest driver',
    severity: 'waiting',
    told: 'late',
    explanation:
      'Which driver pods are up to date is known once the DaemonSet’s `status.observedGeneration` has reached its `metadata.generation`. Until then nothing is decided.',
    message: ({ daemonSet }) =>
      `Waiting for the DaemonSet controller to take up the newest driver${daemonSet === undefined ? '' : `: DaemonSet ${nameOf(daemonSet)}`}`,
    remedy: ({ daemonSet }) => daemonSetRemedy(daemonSet),
    example: { code: 'driver-revision-unknown', daemonSet: DAEMON_SET },
  },
  'driver-missing': {
    title: 'There is no driver pod on the node',
    severity: 'waiting',
    told: 'late',
    explanation:
      'A driver DaemonSet selects the node, but the DaemonSet controller has made no pod for it. If that lasts, a taint that the policy’s `tolerations` do not name, its `nodeAffinity`, a quota, or an admission webhook is in the way.',
    message: ({ daemonSet }) =>
      `No driver pod on the node: the DaemonSet controller has not made one. See the events of ${daemonSet === undefined ? 'its DaemonSet' : `DaemonSet ${nameOf(daemonSet)}`}`,
    remedy: ({ daemonSet }) => daemonSetRemedy(daemonSet),
    example: { code: 'driver-missing', daemonSet: DAEMON_SET },
  },
  'driver-terminating': {
    title: 'The old driver pod is ending',
    severity: 'waiting',
    told: 'late',
    explanation:
      'It unloads the driver, and has `terminationGracePeriodSeconds` for it. The new pod comes when it is gone.',
    message: ({ pod }) => `Waiting for driver pod ${nameOf(pod)} to terminate`,
    remedy: ({ pod }) =>
      patience('Nothing needs to be done as long as its grace period lasts.', logs(pod, DRIVER_CONTAINER)),
    example: {
      code: 'driver-terminating',
      pod: { ...POD, graceEndsAt: EXAMPLE_TIME, finalizers: [] },
    },
  },
  'driver-stuck-terminating': {
    title: 'The old driver pod does not go',
    severity: 'blocked',
    told: 'soon',
    explanation:
      'Its grace period is over, and it is still there: its kubelet does not get it stopped (a module that is in use does not unload), or is not running, or it has finalizers.',
    message: ({ pod, nodeReady }) =>
      `Driver: ${stuckPod(pod)}${nodeReady ? '' : '. The node is not Ready, so its pods cannot be stopped'}`,
    remedy: ({ pod }, { node }) => ({
      text: 'See on the node what keeps it; a reboot of the node ends it for sure. By force, the pod can be taken out of the API server, though its containers may then go on running.',
      look: [
        onObject('describe', 'pod', pod),
        logs(pod, DRIVER_CONTAINER),
        kubectl('describe', 'node', node),
      ],
      commands: [letGo(pod)],
    }),
    since: ({ pod }) => pod.graceEndsAt,
    example: {
      code: 'driver-stuck-terminating',
      pod: { ...POD, graceEndsAt: EXAMPLE_TIME, finalizers: [] },
      nodeReady: true,
    },
  },
  'driver-unscheduled': {
    title: 'The driver pod cannot be scheduled',
    severity: 'blocked',
    told: 'late',
    explanation: 'The scheduler finds no room for it on its node, or something that excludes it there.',
    message: ({ pod, says }) => `Driver pod ${nameOf(pod)} cannot be scheduled: ${said(says)}`,
    remedy: ({ pod }) =>
      patience(
        'Make room for it on the node, or take away what excludes it: a taint, another pod on the same host port.',
        onObject('describe', 'pod', pod),
      ),
    example: {
      code: 'driver-unscheduled',
      pod: POD,
      says: '0/20 nodes are available: 1 Insufficient memory.',
    },
  },
  'driver-init-waiting': {
    title: 'An init container of the driver pod has not ended',
    severity: 'blocked',
    told: 'late',
    explanation:
      'The driver loads when the pod’s init containers have ended. The operator’s own, with `safeLoad`, waits until the node is empty and ends at once then; it also waits as long as it cannot reach the API server. What others wait for, their logs say.',
    message: ({ pod, container, says }) =>
      `Driver pod ${nameOf(pod)} waits for its init container ${container}${words(says)}`,
    remedy: ({ pod, container }) => ({
      text: 'See the log of the init container for what it waits for. Deleting the pod has it begin anew.',
      look: [logs(pod, container)],
      commands: [onObject('delete', 'pod', pod)],
    }),
    example: { code: 'driver-init-waiting', ...CONTAINER, container: INIT_CONTAINER },
  },
  'driver-starting': {
    title: 'The driver is loading',
    severity: 'waiting',
    told: 'late',
    explanation:
      'The new driver pod is not Ready yet. Loading may take minutes; more where the driver is compiled first.',
    message: ({ pod, container, says = '' }) =>
      `Waiting for driver pod ${nameOf(pod)} to become Ready${container === undefined || says === '' ? '' : `; container ${container}${words(says)}`}`,
    remedy: ({ pod }) =>
      patience(
        'Nothing needs to be done as long as its log goes on.',
        logs(pod, DRIVER_CONTAINER),
        onObject('describe', 'pod', pod),
      ),
    example: { code: 'driver-starting', pod: POD },
  },
  'driver-image': {
    title: 'An image of the driver pod cannot be pulled',
    severity: 'failed',
    told: 'soon',
    explanation:
      'There is no such image in the registry, or it may not be pulled from there (`imagePullSecrets`), or the registry cannot be reached from the node. There is one image for each OS and architecture, and with `forcePrecompiled` one for each kernel.',
    message: (reason) => driverFailure(reason, IMAGE),
    remedy: ({ pod }) => ({
      text: 'Publish the image, or make it possible to pull it: the kubelet tries again by itself, every five minutes, and at once if the pod is deleted. Or change the version in the policy.',
      look: [onObject('describe', 'pod', pod)],
      commands: [otherVersion()],
    }),
    example: {
      code: 'driver-image',
      ...CONTAINER,
      says: 'ImagePullBackOff (Back-off pulling image: not found)',
    },
  },
  'driver-crashing': {
    title: 'The driver crashes',
    severity: 'failed',
    told: 'soon',
    explanation: 'Its container has ended again and again (CrashLoopBackOff).',
    message: (reason) => driverFailure(reason, LOG),
    remedy: ({ pod, container }) => ({
      text: 'See its log. If the version does not work on this node, change it in the policy; else delete the pod to try again.',
      look: [logs(pod, container, '--previous')],
      commands: [otherVersion()],
    }),
    example: {
      ...{ code: 'driver-crashing', ...CONTAINER, says: 'CrashLoopBackOff' },
      ...{ restarts: 4, exitCode: 1 },
    },
  },
  'driver-init-failed': {
    title: 'An init container of the driver pod crashes',
    severity: 'failed',
    told: 'soon',
    explanation: 'It has ended with an error again and again, so the driver cannot load.',
    message: (reason) =>
      driverFailure(reason, 'See the log of the init container; delete the pod to try again'),
    remedy: ({ pod, container }) => tryPodAgain(pod, logs(pod, container, '--previous')),
    example: {
      ...{ code: 'driver-init-failed', ...CONTAINER, container: INIT_CONTAINER, says: 'CrashLoopBackOff' },
      ...{ restarts: 4, exitCode: 1 },
    },
  },
  'driver-config': {
    title: 'A container of the driver pod cannot be made',
    severity: 'failed',
    told: 'soon',
    explanation:
      'It refers to a ConfigMap, Secret, device or command that is not there, or the container runtime refuses it.',
    message: (reason) => driverFailure(reason, 'Correct what it refers to, then delete the pod'),
    remedy: ({ pod }) => tryPodAgain(pod, onObject('describe', 'pod', pod)),
    example: {
      ...{ code: 'driver-config', ...CONTAINER },
      says: 'CreateContainerConfigError (secret "registry" not found)',
    },
  },
  'driver-pod-failed': {
    title: 'The driver pod has failed',
    severity: 'failed',
    told: 'soon',
    explanation: 'Its phase is Failed: the kubelet has refused or evicted it.',
    message: ({ pod, says }) =>
      `Driver pod ${nameOf(pod)}: ${says}. Delete the pod to try again, or change the version in the NicClusterPolicy`,
    remedy: ({ pod }) => tryPodAgain(pod, onObject('describe', 'pod', pod)),
    example: { code: 'driver-pod-failed', pod: POD, says: 'Evicted (the node was low on memory)' },
  },
};

const IMAGE = 'Check that the image exists and can be pulled, or change the version in the NicClusterPolicy';
const LOG = 'See its log; delete the pod to try again, or change the version in the NicClusterPolicy';

function driverFailure(failure: DriverContainer & Partial<Crashes>, advice: string): string {
  const { pod, container, image, says, restarts = 0, exitCode } = failure;
  const crashes =
    restarts === 0
      ? ''
      : `, ${restarts} restart(s)${exitCode === undefined ? '' : `, last exit code ${exitCode}`}`;
  // The kubelet’s words mostly name the image.
  const ofImage = image === undefined || says.includes(image) ? '' : `, image ${image}`;
  return `Driver pod ${nameOf(pod)}, container ${container}${ofImage}: ${says}${crashes}. ${advice}`;
}

function words(says: string): string {
  return says === '' ? '' : `: ${said(says)}`;
}

function logs(pod: PodRef, container: string, ...flags: readonly string[]): string {
  return kubectl('logs', '-n', pod.namespace, pod.name, '-c', container, ...flags);
}

function tryPodAgain(pod: PodRef, look: string): Remedy {
  return {
    text: 'Take the cause away, then delete the pod: a new one is made at once.',
    look: [look],
    commands: [onObject('delete', 'pod', pod)],
  };
}

function daemonSetRemedy(daemonSet: PodRef | undefined): Remedy {
  return patience(
    'If it lasts, see the events of the DaemonSet, and whether kube-controller-manager is running.',
    ...(daemonSet === undefined ? [] : [onObject('describe', 'daemonset', daemonSet)]),
  );
}

/** What gets a node going whose driver has failed, where its pod is not known any more. */
export function failedDriver(_: unknown, { node }: { readonly node: string }): Remedy {
  return {
    text: 'Take the cause away, or change the version in the policy.',
    look: [driverPodsOn(node)],
    commands: [otherVersion()],
  };
}

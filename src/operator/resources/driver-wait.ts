import { DRIVER_CONTAINER } from '../../contract/keys.ts';
import type { DriverPod, DriverWait } from '../../upgrade/view.ts';
import type { RawContainer, RawContainerStatus, RawPod } from './raw-pod.ts';

/**
 * What a pod that is coming up waits for: to be scheduled, for an init container to end, or for its driver container. Its containers
 * begin one after the other, so the first that has not ended is the one.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
export function driverWaitOf(pod: RawPod): Pick<DriverPod, 'waitsFor'> {
  const waitsFor = forScheduler(pod) ?? forInit(pod) ?? forDriver(pod);
  return waitsFor === undefined ? {} : { waitsFor };
}

function forScheduler({ status }: RawPod): DriverWait | undefined {
  const unscheduled = status?.conditions?.find(
    ({ type, status: value }) => type === 'PodScheduled' && value === 'False',
  );
  return unscheduled === undefined
    ? undefined
    : { kind: 'scheduler', says: words(unscheduled.reason, unscheduled.message) };
}

function forInit({ spec, status }: RawPod): DriverWait | undefined {
  const init = status?.initContainerStatuses?.find(({ state }) => state?.terminated?.exitCode !== 0);
  return init === undefined ? undefined : wait('init', init, spec?.initContainers);
}

function forDriver({ spec, status }: RawPod): DriverWait | undefined {
  const driver = status?.containerStatuses?.find(({ name }) => name === DRIVER_CONTAINER);
  return driver === undefined || driver.ready === true
    ? undefined
    : wait('container', driver, spec?.containers);
}

function wait(
  kind: 'init' | 'container',
  { name, state }: RawContainerStatus,
  containers: readonly RawContainer[] = [],
): DriverWait {
  return {
    kind,
    container: name,
    image: imageOf(name, containers),
    says: words(state?.waiting?.reason, state?.waiting?.message),
  };
}

/** What a pod's spec says of a container's image: its status may have it resolved, or not yet. */
export function imageOf(container: string, containers: readonly RawContainer[] = []): string | undefined {
  return containers.find(({ name }) => name === container)?.image;
}

/** A word of Kubernetes', and what is said about it. */
export function words(reason = '', message = ''): string {
  return message === '' ? reason : `${reason} (${message})`;
}

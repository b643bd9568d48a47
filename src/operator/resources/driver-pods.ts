import type { Stored } from '../../cluster/port.ts';
import { DRIVER_CONTAINER, REVISION_HASH_LABEL } from '../../contract/keys.ts';
import { controllerOf, lookUp } from '../../kubernetes/objects.ts';
import type { DriverPod } from '../../upgrade/view.ts';
import { driverFailureOf } from './driver-failure.ts';
import { driverWaitOf } from './driver-wait.ts';
import { endingOf, isReady, type RawPod } from './raw-pod.ts';
import { identity, resourceType } from './resource-type.ts';

/** A driver pod as it is kept. */
export interface StoredDriverPod
  extends Stored, Pick<DriverPod, 'failure' | 'waitsFor' | 'graceEndsAt' | 'finalizers'> {
  /** The node that it runs on, or, before it is scheduled, the one that its DaemonSet made it for. */
  readonly nodeName: string | undefined;
  /** UID of the DaemonSet that owns it; undefined: orphaned. */
  readonly daemonSet: string | undefined;
  readonly revision: string | undefined;
  readonly terminating: boolean;
  /** The pod is Ready. */
  readonly ready: boolean;
  /** The driver's container is Ready, whatever other containers the pod has. */
  readonly driverReady: boolean;
  /** Whether the object has a map of annotations at all: a JSON patch has to make one before it can add to it. */
  readonly hasAnnotations: boolean;
}

export const driverPods = resourceType<StoredDriverPod>(
  { group: '', version: 'v1', kind: 'Pod', plural: 'pods' },
  (raw: RawPod) => {
    const owner = controllerOf(raw.metadata);
    return {
      ...identity(raw),
      nodeName: raw.spec?.nodeName ?? intendedNode(raw),
      daemonSet: owner?.kind === 'DaemonSet' ? owner.uid : undefined,
      revision: lookUp(raw.metadata.labels, REVISION_HASH_LABEL),
      terminating: raw.metadata.deletionTimestamp !== undefined,
      ready: isReady(raw),
      driverReady:
        raw.status?.containerStatuses?.some(
          ({ name, ready }) => name === DRIVER_CONTAINER && ready === true,
        ) === true,
      failure: driverFailureOf(raw),
      ...driverWaitOf(raw),
      ...endingOf(raw.metadata),
      hasAnnotations: raw.metadata.annotations !== undefined,
    };
  },
);

/** The DaemonSet controller names a pod's node in its affinity, and leaves the binding to the scheduler. */
function intendedNode(raw: RawPod): string | undefined {
  const terms =
    raw.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.flatMap(({ matchFields }) => matchFields ?? []).find(({ key }) => key === 'metadata.name')
    ?.values?.[0];
}

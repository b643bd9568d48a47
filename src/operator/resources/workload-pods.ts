import type { Stored } from '../../cluster/port.ts';
import { controllerOf, lookUp } from '../../kubernetes/objects.ts';
import type { WorkloadPod } from '../../upgrade/view.ts';
import { endingOf, isReady, type RawPod } from './raw-pod.ts';
import { identity, resourceType } from './resource-type.ts';

/** The kubelet marks the API server's picture of a static pod with it. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** A pod on a node that is being emptied, as it is kept. Its labels are kept whole: selectors may ask for any of them. */
export type StoredWorkloadPod = Stored & Omit<WorkloadPod, 'eviction'>;

export const workloadPods = resourceType<StoredWorkloadPod>(
  { group: '', version: 'v1', kind: 'Pod', plural: 'pods' },
  (raw: RawPod) => ({
    ...identity(raw),
    ...endingOf(raw.metadata),
    ...controller(raw),
    namespace: raw.metadata.namespace ?? '',
    labels: raw.metadata.labels ?? {},
    phase: raw.status?.phase ?? '',
    terminating: raw.metadata.deletionTimestamp !== undefined,
    ready: isReady(raw),
    mirror: lookUp(raw.metadata.annotations, MIRROR_ANNOTATION) !== undefined,
    emptyDir: raw.spec?.volumes?.some(({ emptyDir }) => emptyDir !== undefined) === true,
  }),
);

function controller({ metadata }: RawPod): Pick<WorkloadPod, 'controllerKind' | 'controllerName'> {
  const owner = controllerOf(metadata);
  return owner === undefined
    ? { controllerKind: undefined }
    : { controllerKind: owner.kind, controllerName: owner.name };
}

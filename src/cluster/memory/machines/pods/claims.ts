import { controllerOf } from '../../../../kubernetes/objects.ts';
import type { ApiObject } from '../../../../kubernetes/objects.ts';
import type { Context } from '../context.ts';
import type { Pod, SelectorObject } from '../objects.ts';
import { controllerReference } from '../owners.ts';
import { PODS } from '../resources.ts';
import { selects } from '../selectors.ts';
import { writeObject } from '../writes.ts';
import { isActive } from './pod-facts.ts';
import type { PodIndex } from './pod-index.ts';

/** A controller's object that owns the pods that its selector selects. */
export interface Owner extends ApiObject {
  readonly spec: { readonly selector?: SelectorObject };
}

/** Whether a pod that nobody owns is one for this owner. */
export function isClaimable(pod: Pod, owner: Owner): boolean {
  return (
    isActive(pod) &&
    controllerOf(pod.metadata) === undefined &&
    pod.metadata.namespace === owner.metadata.namespace &&
    selects(owner.spec.selector, pod.metadata.labels)
  );
}

/**
 * Adopts the pods that match and are nobody's, and lets go of those that match no longer.
 *
 * @throws StatusError
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/controller_ref_manager.go
 */
export function claimPods(context: Context, pods: PodIndex, owner: Owner): void {
  const { uid = '', namespace = '' } = owner.metadata;
  for (const pod of [...pods.orphans.get(namespace).values()]) {
    if (!isClaimable(pod, owner)) continue;
    const ownerReferences = [...(pod.metadata.ownerReferences ?? []), controllerReference(owner)];
    writeObject(context, PODS, { ...pod, metadata: { ...pod.metadata, ownerReferences } });
  }
  for (const pod of [...pods.ownedBy.get(uid).values()]) {
    if (selects(owner.spec.selector, pod.metadata.labels)) continue;
    const ownerReferences = (pod.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
    writeObject(context, PODS, { ...pod, metadata: { ...pod.metadata, ownerReferences } });
  }
}

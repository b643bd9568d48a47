import { controllerOf } from '../../../kubernetes/objects.ts';
import type { ApiObject, ObjectMeta, OwnerReference } from '../../../kubernetes/objects.ts';

/** The owner reference by which a controller claims what it makes. */
export function controllerReference({ apiVersion, kind, metadata }: ApiObject): OwnerReference {
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The key of the object that controls another, if it is of that kind. One of that name may by now be another than the owner was. */
export function keyOfController(metadata: ObjectMeta, kind: string): string | undefined {
  const owner = controllerOf(metadata);
  return owner?.kind === kind ? `${metadata.namespace ?? ''}/${owner.name}` : undefined;
}

import type { Stored } from '../../cluster/port.ts';
import { REVISION_HASH_LABEL } from '../../contract/keys.ts';
import { lookUp, type ApiObject, type StringMap } from '../../kubernetes/objects.ts';
import { identity, resourceType } from './resource-type.ts';

/** A DaemonSet, kept whole but for the record of field managers: there are few, and what is wanted is compared with them. */
export interface StoredDaemonSet extends Stored {
  readonly object: ApiObject;
  readonly nodeSelector: StringMap;
  readonly generation: number;
  readonly observedGeneration: number;
  /** How many nodes should run a pod, as the DaemonSet controller counts them. */
  readonly desired: number;
}

interface RawDaemonSet extends ApiObject {
  readonly spec?: { readonly template?: { readonly spec?: { readonly nodeSelector?: StringMap } } };
  readonly status?: { readonly observedGeneration?: number; readonly desiredNumberScheduled?: number };
}

export const daemonSets = resourceType<StoredDaemonSet>(
  { group: 'apps', version: 'v1', kind: 'DaemonSet', plural: 'daemonsets' },
  (raw: RawDaemonSet) => ({
    ...identity(raw),
    object: withoutManagedFields(raw),
    nodeSelector: raw.spec?.template?.spec?.nodeSelector ?? {},
    generation: raw.metadata.generation ?? 0,
    observedGeneration: raw.status?.observedGeneration ?? -1,
    desired: raw.status?.desiredNumberScheduled ?? 0,
  }),
);

/** A snapshot of a DaemonSet's pod template, and the hash that pods made from it carry. */
export interface StoredRevision extends Stored {
  readonly owners: readonly string[];
  readonly revision: number;
  readonly hash: string | undefined;
}

export const controllerRevisions = resourceType<StoredRevision>(
  { group: 'apps', version: 'v1', kind: 'ControllerRevision', plural: 'controllerrevisions' },
  (raw: ApiObject & { readonly revision?: number }) => ({
    ...identity(raw),
    owners: (raw.metadata.ownerReferences ?? []).map(({ uid }) => uid),
    revision: raw.revision ?? 0,
    hash: lookUp(raw.metadata.labels, REVISION_HASH_LABEL),
  }),
);

/** The record of field managers is most of an object's bytes, and nobody reads it. */
export function withoutManagedFields(raw: ApiObject): ApiObject {
  const { managedFields, ...metadata } = raw.metadata;
  return { ...raw, metadata };
}

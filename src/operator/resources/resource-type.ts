import type { ResourceType, Stored } from '../../cluster/port.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';

/** What every trimmed object keeps, read off its metadata. */
export function identity({ metadata }: ApiObject): Stored {
  return {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
  };
}

type Where = Omit<ResourceType<Stored>, 'trim' | 'namespaced'> & { readonly namespaced?: boolean };

/** Puts a {@link ResourceType} together; kinds are namespaced unless they say otherwise. */
export function resourceType<T extends Stored>(where: Where, trim: (raw: ApiObject) => T): ResourceType<T> {
  return { namespaced: true, ...where, trim };
}

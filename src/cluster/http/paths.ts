import type { ObjectRef } from '../../kubernetes/objects.ts';
import { ApiError } from '../errors.ts';
import type { Query, ResourceType, Stored } from '../port.ts';

type Located = Pick<ResourceType<Stored>, 'group' | 'version' | 'plural' | 'namespaced'>;

/** Where all objects of a kind are, in one namespace or, without one, in all of them. */
export function collectionPath(type: Located, namespace: string | undefined): string {
  const group = type.group === '' ? '/api' : `/apis/${segment(type.group, 'API group')}`;
  const scope =
    type.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace, 'namespace')}` : '';
  return `${group}/${segment(type.version, 'API version')}${scope}/${segment(type.plural, 'resource')}`;
}

/** Where the objects of a kind are that have the same namespace as the one given. */
export function siblingsPath(type: Located, namespace: string | undefined): string {
  if (type.namespaced && namespace === undefined) {
    throw new ApiError('invalid', `An object of ${type.plural} needs a namespace`);
  }
  return collectionPath(type, namespace);
}

/** Where one object is, or a subresource of it. */
export function objectPath(type: Located, ref: ObjectRef, subresource?: string): string {
  const path = `${siblingsPath(type, ref.namespace)}/${segment(ref.name, 'name')}`;
  return subresource === undefined ? path : `${path}/${segment(subresource, 'subresource')}`;
}

/** The part of a URL from its question mark on. What is undefined is left out. */
export function queryString(
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** What a query asks for; an empty selector selects all. */
export function selectors(query: Query): { labelSelector?: string; fieldSelector?: string } {
  return {
    ...(query.labelSelector ? { labelSelector: query.labelSelector } : {}),
    ...(query.fieldSelector ? { fieldSelector: query.fieldSelector } : {}),
  };
}

// An empty name would make a call on one object a call on all of them, and dots would lead elsewhere.
function segment(value: string, what: string): string {
  if (value === '' || value === '.' || value === '..' || /[/%]/.test(value)) {
    throw new ApiError('invalid', `${JSON.stringify(value)} is no ${what}`);
  }
  return encodeURIComponent(value);
}

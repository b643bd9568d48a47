import type { ObjectRef } from '../../../kubernetes/objects.ts';
import type { ApiServer, RawObject, Resource, ResourceName } from '../api/types.ts';
import type { ApiRequest } from './request.ts';

/** A request about resources, with what its path names. */
export interface Operation {
  readonly api: ApiServer;
  readonly request: ApiRequest;
  readonly resource: Resource;
  /** Absent: of all namespaces, or the kind has none. */
  readonly namespace?: string;
}

/** A request about one object. */
export interface ObjectOperation extends Operation {
  readonly ref: ObjectRef;
}

const DEFINITIONS = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

/** The CustomResourceDefinition behind a kind of object; undefined if the kind is built in. */
export function definitionOf(api: ApiServer, { group, plural }: ResourceName): RawObject | undefined {
  return api.find(DEFINITIONS, { name: `${plural}.${group}` });
}

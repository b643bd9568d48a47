import type { ApiObject, StringMap } from '../../src/kubernetes/objects.ts';
import type { ResourceType, Stored } from '../../src/cluster/port.ts';

/** What the suite looks at, of whichever kind of object. */
export interface Seen extends Stored {
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly deletionTimestamp: string | undefined;
  readonly raw: ApiObject & {
    readonly data?: StringMap;
    readonly spec?: { readonly unschedulable?: boolean; readonly nodeName?: string };
    readonly status?: { readonly phase?: string };
  };
}

function trim(raw: ApiObject): Seen {
  const { name, namespace, uid, resourceVersion, labels, annotations, deletionTimestamp } = raw.metadata;
  if (uid === undefined || resourceVersion === undefined) throw new Error('an object without identity');
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid,
    resourceVersion,
    labels: labels ?? {},
    annotations: annotations ?? {},
    deletionTimestamp,
    raw,
  };
}

function core(kind: string, plural: string, namespaced: boolean): ResourceType<Seen> {
  return { group: '', version: 'v1', kind, plural, namespaced, trim };
}

export const namespaces = core('Namespace', 'namespaces', false);
export const nodes = core('Node', 'nodes', false);
export const pods = core('Pod', 'pods', true);
export const configMaps = core('ConfigMap', 'configmaps', true);
export const serviceAccounts = core('ServiceAccount', 'serviceaccounts', true);
export const budgets: ResourceType<Seen> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
  trim,
};
export const unknownKind: ResourceType<Seen> = {
  group: 'conformance.invalid',
  version: 'v1',
  kind: 'Nothing',
  plural: 'nothings',
  namespaced: true,
  trim,
};

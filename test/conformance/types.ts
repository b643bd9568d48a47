import type { ApiObject, StringMap } from '../../src/kubernetes/objects.ts';
import type { ResourceType, Stored } from '../../src/cluster/port.ts';

/** What the suite looks at, of whichever kind of object. */
export interface Seen extends Stored {
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly deletionTimestamp: string | undefined;
  readonly raw: ApiObject & {
    readonly data?: StringMap;
    readonly spec?: Readonly<Record<string, unknown>>;
    readonly status?: Readonly<Record<string, unknown>>;
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

function grouped(group: string, kind: string, plural: string): ResourceType<Seen> {
  return { group, version: 'v1', kind, plural, namespaced: true, trim };
}

export const namespaces = core('Namespace', 'namespaces', false);
export const nodes = core('Node', 'nodes', false);
export const pods = core('Pod', 'pods', true);
export const configMaps = core('ConfigMap', 'configmaps', true);
export const serviceAccounts = core('ServiceAccount', 'serviceaccounts', true);
export const events = core('Event', 'events', true);
export const daemonSets = grouped('apps', 'DaemonSet', 'daemonsets');
export const budgets = grouped('policy', 'PodDisruptionBudget', 'poddisruptionbudgets');
export const leases = grouped('coordination.k8s.io', 'Lease', 'leases');
export const definitions: ResourceType<Seen> = {
  ...grouped('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions'),
  namespaced: false,
};
export const policies: ResourceType<Seen> = {
  ...grouped('mellanox.com', 'NicClusterPolicy', 'nicclusterpolicies'),
  version: 'v1alpha1',
  namespaced: false,
};
export const unknownKind = grouped('conformance.invalid', 'Nothing', 'nothings');

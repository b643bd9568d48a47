import type { ResourceType, Stored } from '../../cluster/port.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { withoutManagedFields } from './daemonsets.ts';
import { identity, resourceType } from './resource-type.ts';

/** An object that is kept whole. */
export interface StoredObject extends Stored {
  readonly object: ApiObject;
}

const whole = (raw: ApiObject): StoredObject => ({ ...identity(raw), object: withoutManagedFields(raw) });

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;

export const policies: ResourceType<StoredObject> = resourceType(
  {
    group: 'mellanox.com',
    version: 'v1alpha1',
    kind: 'NicClusterPolicy',
    plural: 'nicclusterpolicies',
    namespaced: false,
  },
  whole,
);
export const configMaps: ResourceType<StoredObject> = resourceType(
  { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' },
  whole,
);
export const serviceAccounts: ResourceType<StoredObject> = resourceType(
  { group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' },
  whole,
);
export const roles: ResourceType<StoredObject> = resourceType(
  { ...RBAC, kind: 'Role', plural: 'roles' },
  whole,
);
export const roleBindings: ResourceType<StoredObject> = resourceType(
  { ...RBAC, kind: 'RoleBinding', plural: 'rolebindings' },
  whole,
);
export const clusterRoles: ResourceType<StoredObject> = resourceType(
  { ...RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false },
  whole,
);
export const clusterRoleBindings: ResourceType<StoredObject> = resourceType(
  { ...RBAC, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false },
  whole,
);

import {
  DRIVER_SERVICE_ACCOUNT,
  INIT_CONFIG_KEY,
  INIT_CONFIG_MAP,
  SAFE_LOAD_ANNOTATION,
} from '../contract/keys.ts';
import type { ApiObject, ObjectMeta, OwnerReference, StringMap } from '../kubernetes/objects.ts';

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface ConfigMap extends ApiObject {
  readonly data: StringMap;
}

interface Role extends ApiObject {
  readonly rules: readonly PolicyRule[];
}

interface RoleBinding extends ApiObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

const RBAC = 'rbac.authorization.k8s.io';

/** What the init container does with nodes: it reads its own, and sets the safe-load annotation. */
export const DRIVER_CLUSTER_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'patch'] },
];

/** What the init container does in its namespace: it reads its configuration. */
export const DRIVER_NAMESPACE_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [INIT_CONFIG_MAP], verbs: ['get'] },
];

/** The driver's ServiceAccount and the little that it may do. */
export function driverAccess(namespace: string, owner: OwnerReference): readonly ApiObject[] {
  const clusterWide = { name: DRIVER_SERVICE_ACCOUNT, ownerReferences: [owner] };
  const metadata = { ...clusterWide, namespace };
  const serviceAccount: ApiObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
  const clusterRole: Role = { ...rbac('ClusterRole', clusterWide), rules: DRIVER_CLUSTER_RULES };
  const role: Role = { ...rbac('Role', metadata), rules: DRIVER_NAMESPACE_RULES };
  const subjects = [{ kind: 'ServiceAccount', name: DRIVER_SERVICE_ACCOUNT, namespace }];
  const bind = (kind: string): Pick<RoleBinding, 'roleRef' | 'subjects'> => ({
    roleRef: { apiGroup: RBAC, kind, name: DRIVER_SERVICE_ACCOUNT },
    subjects,
  });
  const clusterRoleBinding: RoleBinding = {
    ...rbac('ClusterRoleBinding', clusterWide),
    ...bind('ClusterRole'),
  };
  const roleBinding: RoleBinding = { ...rbac('RoleBinding', metadata), ...bind('Role') };
  return [serviceAccount, clusterRole, clusterRoleBinding, role, roleBinding];
}

function rbac(kind: string, metadata: ObjectMeta): ApiObject {
  return { apiVersion: `${RBAC}/v1`, kind, metadata };
}

/**
 * What the driver pods' init containers read when they start.
 *
 * @see docs/contract.md, "The driver DaemonSet"
 */
export function initConfigMap(namespace: string, owner: OwnerReference, safeLoad: boolean): ConfigMap {
  const config = { safeDriverLoad: { enable: safeLoad, annotation: SAFE_LOAD_ANNOTATION } };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: INIT_CONFIG_MAP, namespace, ownerReferences: [owner] },
    data: { [INIT_CONFIG_KEY]: JSON.stringify(config) },
  };
}

import { DRIVER_SERVICE_ACCOUNT, INIT_CONFIG_MAP, LEASE_NAME } from '../../contract/keys.ts';
import type { PolicyRule } from '../../driver/access.ts';

/**
 * What the operator may do: what it does, and no more.
 *
 * A `create` cannot be restricted to a name, for the request does not carry it. A watch can: the operator watches the driver's
 * objects with a field selector for their name. Server-side apply needs `create` besides `patch` where there is nothing yet. And
 * nobody can grant what they may not do themselves, so the driver's own permissions are among these.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */

const RBAC = 'rbac.authorization.k8s.io';
const LEASES = 'coordination.k8s.io';
const READ = ['get', 'list', 'watch'];

/** Everywhere in the cluster. */
export const CLUSTER_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: [...READ, 'patch'] },
  // Workload pods leave by eviction alone, which their PodDisruptionBudgets may refuse.
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: ['mellanox.com'], resources: ['nicclusterpolicies'], verbs: READ },
  { apiGroups: ['mellanox.com'], resources: ['nicclusterpolicies/status'], verbs: ['patch'] },
  // To name a policy as the owner that waits for its objects' deletion; some clusters check this.
  { apiGroups: ['mellanox.com'], resources: ['nicclusterpolicies/finalizers'], verbs: ['update'] },
  ...driverObjects(RBAC, ['clusterroles', 'clusterrolebindings'], DRIVER_SERVICE_ACCOUNT),
];

/** In the namespace of the operator and the driver. */
export const NAMESPACE_RULES: readonly PolicyRule[] = [
  // A new leader marks driver pods, so that none that the last one wanted to delete is deleted late.
  { apiGroups: [''], resources: ['pods'], verbs: ['patch', 'delete'] },
  { apiGroups: ['apps'], resources: ['daemonsets'], verbs: [...READ, 'create', 'patch', 'delete'] },
  { apiGroups: ['apps'], resources: ['controllerrevisions'], verbs: ['list'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: READ },
  ...driverObjects('', ['configmaps'], INIT_CONFIG_MAP),
  ...driverObjects('', ['serviceaccounts'], DRIVER_SERVICE_ACCOUNT),
  ...driverObjects(RBAC, ['roles', 'rolebindings'], DRIVER_SERVICE_ACCOUNT),
  { apiGroups: [LEASES], resources: ['leases'], verbs: ['create'] },
  { apiGroups: [LEASES], resources: ['leases'], resourceNames: [LEASE_NAME], verbs: [...READ, 'patch'] },
];

/** In the namespace `default`, where the API server wants events about objects without a namespace: nodes and policies. */
export const EVENT_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
];

/**
 * Everywhere in the cluster, where the dashboard is served to more than the operator's own pod: to ask whose a token is, and whether that
 * one may read the policy. It is what Kubernetes' own role `system:auth-delegator` allows.
 */
export const REVIEW_RULES: readonly PolicyRule[] = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
];

/** An object that the operator keeps for the driver, by its one name. */
function driverObjects(group: string, resources: readonly string[], name: string): readonly PolicyRule[] {
  return [
    { apiGroups: [group], resources, verbs: ['create'] },
    { apiGroups: [group], resources, resourceNames: [name], verbs: [...READ, 'patch', 'delete'] },
  ];
}

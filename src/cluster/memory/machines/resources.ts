import type { ResourceName } from '../api/types.ts';

export const NAMESPACES: ResourceName = { group: '', plural: 'namespaces' };
export const NODES: ResourceName = { group: '', plural: 'nodes' };
export const PODS: ResourceName = { group: '', plural: 'pods' };
export const SERVICE_ACCOUNTS: ResourceName = { group: '', plural: 'serviceaccounts' };
export const CONTROLLER_REVISIONS: ResourceName = { group: 'apps', plural: 'controllerrevisions' };
export const DAEMON_SETS: ResourceName = { group: 'apps', plural: 'daemonsets' };
export const DEPLOYMENTS: ResourceName = { group: 'apps', plural: 'deployments' };
export const REPLICA_SETS: ResourceName = { group: 'apps', plural: 'replicasets' };
export const STATEFUL_SETS: ResourceName = { group: 'apps', plural: 'statefulsets' };
export const JOBS: ResourceName = { group: 'batch', plural: 'jobs' };
export const POD_DISRUPTION_BUDGETS: ResourceName = { group: 'policy', plural: 'poddisruptionbudgets' };

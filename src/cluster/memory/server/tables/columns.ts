import type { ApiServer, Resource } from '../../api/types.ts';
import { definitionOf } from '../operation.ts';
import { AGE, NAME, type Column } from './column.ts';
import * as configuration from './configuration.ts';
import { customColumns } from './custom.ts';
import { EVENT_COLUMNS } from './events.ts';
import { NODE_COLUMNS } from './nodes.ts';
import { POD_COLUMNS } from './pods.ts';
import * as workloads from './workloads.ts';

/** By plural and group: `daemonsets.apps`, `pods`. */
const BUILT_IN: ReadonlyMap<string, readonly Column[]> = new Map([
  ['nodes', NODE_COLUMNS],
  ['pods', POD_COLUMNS],
  ['events', EVENT_COLUMNS],
  ['namespaces', configuration.NAMESPACE_COLUMNS],
  ['configmaps', configuration.CONFIG_MAP_COLUMNS],
  ['secrets', configuration.SECRET_COLUMNS],
  ['services', configuration.SERVICE_COLUMNS],
  ['replicationcontrollers', workloads.REPLICATION_CONTROLLER_COLUMNS],
  ['daemonsets.apps', workloads.DAEMON_SET_COLUMNS],
  ['deployments.apps', workloads.DEPLOYMENT_COLUMNS],
  ['replicasets.apps', workloads.REPLICA_SET_COLUMNS],
  ['statefulsets.apps', workloads.STATEFUL_SET_COLUMNS],
  ['controllerrevisions.apps', workloads.CONTROLLER_REVISION_COLUMNS],
  ['jobs.batch', workloads.JOB_COLUMNS],
  ['cronjobs.batch', workloads.CRON_JOB_COLUMNS],
  ['poddisruptionbudgets.policy', configuration.BUDGET_COLUMNS],
  ['leases.coordination.k8s.io', configuration.LEASE_COLUMNS],
  ['roles.rbac.authorization.k8s.io', configuration.ROLE_COLUMNS],
  ['clusterroles.rbac.authorization.k8s.io', configuration.ROLE_COLUMNS],
  ['rolebindings.rbac.authorization.k8s.io', configuration.ROLE_BINDING_COLUMNS],
  ['clusterrolebindings.rbac.authorization.k8s.io', configuration.ROLE_BINDING_COLUMNS],
  ['priorityclasses.scheduling.k8s.io', configuration.PRIORITY_CLASS_COLUMNS],
  ['customresourcedefinitions.apiextensions.k8s.io', configuration.DEFINITION_COLUMNS],
]);

/** What is shown of a kind of object in a table. */
export function columnsOf(api: ApiServer, resource: Resource): readonly Column[] {
  const { group, plural, version } = resource;
  const definition = definitionOf(api, resource);
  if (definition !== undefined) return customColumns(definition, version);
  return BUILT_IN.get(group === '' ? plural : `${plural}.${group}`) ?? [NAME, AGE];
}

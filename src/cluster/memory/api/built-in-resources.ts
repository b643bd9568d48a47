import {
  configMapRules,
  eventRules,
  namespaceRules,
  nodeRules,
  plainRules,
  roleBindingRules,
  secretRules,
  serviceRules,
} from './kinds/core.ts';
import { customResourceDefinitionRules } from './kinds/custom-resource-definitions.ts';
import type { Kind, KindRules } from './kinds/kind.ts';
import { podRules } from './kinds/pods.ts';
import {
  budgetRules,
  controllerRevisionRules,
  cronJobRules,
  leaseRules,
  priorityClassRules,
} from './kinds/policy.ts';
import {
  daemonSetRules,
  deploymentRules,
  jobRules,
  replicaSetRules,
  statefulSetRules,
} from './kinds/workloads.ts';
import { pathSegmentProblem } from './names.ts';
import type { Resource } from './types.ts';

type Scope = 'cluster' | 'namespaced';
type Extra = Partial<Pick<Resource, 'shortNames' | 'categories' | 'hasStatus'>> & {
  readonly rules?: KindRules;
};

const STATUS = { hasStatus: true } as const;
const ALL = { categories: ['all'] } as const;
const roleRules: KindRules = { ...plainRules, nameProblem: pathSegmentProblem };

/** The kinds that are served without a CustomResourceDefinition. */
export const BUILT_IN: readonly Kind[] = [
  ...group('', 'v1', [
    ['ConfigMap', 'configmaps', 'namespaced', { shortNames: ['cm'], rules: configMapRules }],
    ['Event', 'events', 'namespaced', { shortNames: ['ev'], rules: eventRules }],
    ['Namespace', 'namespaces', 'cluster', { ...STATUS, shortNames: ['ns'], rules: namespaceRules }],
    ['Node', 'nodes', 'cluster', { ...STATUS, shortNames: ['no'], rules: nodeRules }],
    ['PersistentVolumeClaim', 'persistentvolumeclaims', 'namespaced', { ...STATUS, shortNames: ['pvc'] }],
    ['Pod', 'pods', 'namespaced', { ...STATUS, ...ALL, shortNames: ['po'], rules: podRules }],
    [
      'ReplicationController',
      'replicationcontrollers',
      'namespaced',
      { ...STATUS, ...ALL, shortNames: ['rc'] },
    ],
    ['Secret', 'secrets', 'namespaced', { rules: secretRules }],
    ['Service', 'services', 'namespaced', { ...STATUS, ...ALL, shortNames: ['svc'], rules: serviceRules }],
    ['ServiceAccount', 'serviceaccounts', 'namespaced', { shortNames: ['sa'] }],
  ]),
  ...group('apps', 'v1', [
    ['ControllerRevision', 'controllerrevisions', 'namespaced', { rules: controllerRevisionRules }],
    [
      'DaemonSet',
      'daemonsets',
      'namespaced',
      { ...STATUS, ...ALL, shortNames: ['ds'], rules: daemonSetRules },
    ],
    [
      'Deployment',
      'deployments',
      'namespaced',
      { ...STATUS, ...ALL, shortNames: ['deploy'], rules: deploymentRules },
    ],
    [
      'ReplicaSet',
      'replicasets',
      'namespaced',
      { ...STATUS, ...ALL, shortNames: ['rs'], rules: replicaSetRules },
    ],
    [
      'StatefulSet',
      'statefulsets',
      'namespaced',
      { ...STATUS, ...ALL, shortNames: ['sts'], rules: statefulSetRules },
    ],
  ]),
  ...group('batch', 'v1', [
    ['CronJob', 'cronjobs', 'namespaced', { ...STATUS, ...ALL, shortNames: ['cj'], rules: cronJobRules }],
    ['Job', 'jobs', 'namespaced', { ...STATUS, ...ALL, rules: jobRules }],
  ]),
  ...group('policy', 'v1', [
    [
      'PodDisruptionBudget',
      'poddisruptionbudgets',
      'namespaced',
      { ...STATUS, shortNames: ['pdb'], rules: budgetRules },
    ],
  ]),
  ...group('coordination.k8s.io', 'v1', [['Lease', 'leases', 'namespaced', { rules: leaseRules }]]),
  ...group('rbac.authorization.k8s.io', 'v1', [
    ['ClusterRole', 'clusterroles', 'cluster', { rules: roleRules }],
    ['ClusterRoleBinding', 'clusterrolebindings', 'cluster', { rules: roleBindingRules }],
    ['Role', 'roles', 'namespaced', { rules: roleRules }],
    ['RoleBinding', 'rolebindings', 'namespaced', { rules: roleBindingRules }],
  ]),
  ...group('scheduling.k8s.io', 'v1', [
    ['PriorityClass', 'priorityclasses', 'cluster', { shortNames: ['pc'], rules: priorityClassRules }],
  ]),
  ...group('apiextensions.k8s.io', 'v1', [
    [
      'CustomResourceDefinition',
      'customresourcedefinitions',
      'cluster',
      {
        ...STATUS,
        shortNames: ['crd', 'crds'],
        categories: ['api-extensions'],
        rules: customResourceDefinitionRules,
      },
    ],
  ]),
];

type Line = readonly [kind: string, plural: string, scope: Scope, extra: Extra];

function group(name: string, version: string, lines: readonly Line[]): readonly Kind[] {
  return lines.map(([kind, plural, scope, { rules = plainRules, ...extra }]) => ({
    ...rules,
    isBuiltIn: true,
    resource: {
      group: name,
      version,
      kind,
      listKind: `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      shortNames: [],
      categories: [],
      namespaced: scope === 'namespaced',
      hasStatus: false,
      ...extra,
    },
  }));
}

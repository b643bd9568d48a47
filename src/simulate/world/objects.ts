import {
  ARCH_LABEL,
  KERNEL_LABEL,
  NIC_PRESENT_LABEL,
  OS_ID_LABEL,
  OS_VERSION_LABEL,
  POLICY_NAME,
  SKIP_DRAIN_LABEL,
  SKIP_LABEL,
} from '../../contract/keys.ts';
import type { ApiObject, StringMap } from '../../kubernetes/objects.ts';
import { JOB_LABEL } from '../generate.ts';
import type { NodePlan, PolicyPlan, WorkloadPlan } from '../scenario.ts';

export const WORK_NAMESPACE = 'work';

/** The labels that Node Feature Discovery and the kubelet set on a node. */
export function nodeLabels({ name, kernel, nic, skip }: NodePlan): StringMap {
  return {
    [ARCH_LABEL]: 'amd64',
    'kubernetes.io/hostname': name,
    [OS_ID_LABEL]: 'ubuntu',
    [OS_VERSION_LABEL]: '22.04',
    [KERNEL_LABEL]: kernel,
    ...(nic ? { [NIC_PRESENT_LABEL]: 'true' } : {}),
    ...(skip ? { [SKIP_LABEL]: 'true' } : {}),
  };
}

/** The policy as its author would write it. */
export function policyObject(plan: PolicyPlan): ApiObject {
  const { version, autoUpgrade, maxParallelUpgrades, safeLoad, waitForCompletion, drain } = plan;
  const upgradePolicy = {
    autoUpgrade,
    maxParallelUpgrades,
    // The API server refuses one without the other.
    safeLoad: safeLoad && autoUpgrade,
    waitForCompletion,
    ...(drain === undefined ? {} : { drain }),
  };
  const ofedDriver = { image: 'mofed', repository: 'example.com/mellanox', version, upgradePolicy };
  return object('mellanox.com/v1alpha1', 'NicClusterPolicy', { name: POLICY_NAME }, { spec: { ofedDriver } });
}

export function labelsOf({ name, job, skipDrain }: WorkloadPlan): StringMap {
  return { work: name, ...(job ? JOB_LABEL : {}), ...(skipDrain ? { [SKIP_DRAIN_LABEL]: 'true' } : {}) };
}

/** Whatever brings about the pods of a piece of work. */
export function workloadObject(plan: WorkloadPlan): {
  readonly plural: string;
  readonly group: string;
  readonly object: ApiObject;
} {
  const metadata = { name: plan.name, namespace: WORK_NAMESPACE };
  const template = { metadata: { labels: labelsOf(plan) }, spec: podSpec(plan) };
  const selector = { matchLabels: { work: plan.name } };
  switch (plan.kind) {
    case 'Deployment':
      return {
        plural: 'deployments',
        group: 'apps',
        object: object('apps/v1', 'Deployment', metadata, {
          spec: { replicas: plan.replicas, selector, template },
        }),
      };
    case 'StatefulSet':
      return {
        plural: 'statefulsets',
        group: 'apps',
        object: object('apps/v1', 'StatefulSet', metadata, {
          spec: {
            replicas: plan.replicas,
            serviceName: plan.name,
            podManagementPolicy: 'Parallel',
            selector,
            template,
          },
        }),
      };
    case 'DaemonSet':
      return {
        plural: 'daemonsets',
        group: 'apps',
        object: object('apps/v1', 'DaemonSet', metadata, { spec: { selector, template } }),
      };
    case 'Job': {
      const spec = { parallelism: plan.replicas, completions: plan.replicas, backoffLimit: 100, template };
      return { plural: 'jobs', group: 'batch', object: object('batch/v1', 'Job', metadata, { spec }) };
    }
    case 'Pod':
    case 'StaticPod':
      return { plural: 'pods', group: '', object: podObject(plan) };
  }
}

export function budgetObject(workload: string, maxUnavailable: number, name = workload): ApiObject {
  const spec = { maxUnavailable, selector: { matchLabels: { work: workload } } };
  return object('policy/v1', 'PodDisruptionBudget', { name, namespace: WORK_NAMESPACE }, { spec });
}

/** A pod that no controller brings back, on a node of its own choice; a static one is its kubelet's. */
function podObject(plan: WorkloadPlan): ApiObject {
  const annotations = plan.kind === 'StaticPod' ? { 'kubernetes.io/config.mirror': plan.name } : undefined;
  const metadata = {
    name: plan.name,
    namespace: WORK_NAMESPACE,
    labels: labelsOf(plan),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return object('v1', 'Pod', metadata, { spec: { ...podSpec(plan), nodeName: plan.node } });
}

function podSpec({ kind, stop, emptyDir }: WorkloadPlan): object {
  return {
    containers: [{ name: 'main', image: 'example.com/work' }],
    restartPolicy: kind === 'Job' ? 'Never' : 'Always',
    terminationGracePeriodSeconds: Math.max(30, Math.ceil(stop / 1000)),
    ...(emptyDir ? { volumes: [{ name: 'scratch', emptyDir: {} }] } : {}),
  };
}

function object(apiVersion: string, kind: string, metadata: ApiObject['metadata'], rest: object): ApiObject {
  return { apiVersion, kind, metadata, ...rest };
}

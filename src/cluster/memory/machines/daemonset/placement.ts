import { fitsNodeAffinity } from '../nodes/node-affinity.ts';
import { NOT_READY_TAINT, UNREACHABLE_TAINT, UNSCHEDULABLE_TAINT, untolerated } from '../nodes/taints.ts';
import type { Affinity, NodeObject, PodSpec, Toleration } from '../objects.ts';

/** Whether a node is to have a pod of a DaemonSet, and whether one that is there already may stay. */
export interface Placement {
  readonly shouldRun: boolean;
  readonly shouldContinueRunning: boolean;
}

const NOWHERE: Placement = { shouldRun: false, shouldContinueRunning: false };

const DEFAULT_TOLERATIONS: readonly Toleration[] = [
  { key: NOT_READY_TAINT, operator: 'Exists', effect: 'NoExecute' },
  { key: UNREACHABLE_TAINT, operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: UNSCHEDULABLE_TAINT, operator: 'Exists', effect: 'NoSchedule' },
];
const NETWORK_UNAVAILABLE: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

const tolerations = new WeakMap<PodSpec, readonly Toleration[]>();

/**
 * What a node's labels and taints say about a DaemonSet's pod. A cordoned node is to have it, one that is
 * NotReady may keep it; a taint that its author did not think of keeps it away.
 *
 * @param template the pod's spec in the DaemonSet
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod
 */
export function placementOn(node: NodeObject, template: PodSpec): Placement {
  if (template.nodeName !== undefined && template.nodeName !== node.metadata.name) return NOWHERE;
  if (!fitsNodeAffinity(template, node)) return NOWHERE;
  const taints = node.spec?.taints;
  const tolerated = tolerationsOf(template);
  return {
    shouldRun: untolerated(taints, tolerated, 'NoSchedule', 'NoExecute') === undefined,
    shouldContinueRunning: untolerated(taints, tolerated, 'NoExecute') === undefined,
  };
}

/** The spec of a DaemonSet's pod for one node, which the scheduler is to bind to that node and no other. */
export function specFor(node: string, template: PodSpec): PodSpec {
  return {
    ...template,
    affinity: pinnedTo(node, template.affinity),
    tolerations: tolerationsOf(template),
  };
}

/**
 * The template's tolerations with those of every DaemonSet's pods.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations
 */
function tolerationsOf(template: PodSpec): readonly Toleration[] {
  let all = tolerations.get(template);
  if (all === undefined) {
    const added =
      template.hostNetwork === true ? [...DEFAULT_TOLERATIONS, NETWORK_UNAVAILABLE] : DEFAULT_TOLERATIONS;
    all = [
      ...(template.tolerations ?? []).filter((own) => !added.some((other) => isSame(own, other))),
      ...added,
    ];
    tolerations.set(template, all);
  }
  return all;
}

function isSame(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && a.value === b.value;
}

/** The name of the node takes the place of whatever else the affinity requires of nodes: the controller has seen to that. */
function pinnedTo(node: string, affinity: Affinity | undefined): Affinity {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
    },
  };
}

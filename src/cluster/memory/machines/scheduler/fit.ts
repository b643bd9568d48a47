import { fitsNodeAffinity } from '../nodes/node-affinity.ts';
import { tolerates, UNSCHEDULABLE_TAINT, untolerated } from '../nodes/taints.ts';
import type { NodeObject, Pod, PodAffinityTerm, PodSpec } from '../objects.ts';
import { selects } from '../selectors.ts';
import type { NodeLoad } from './node-load.ts';
import { allocatable, podCapacity, requestsOf } from './requests.ts';

/** Said of a node that the pod's author does not want. */
export const NOT_MATCHED = "node(s) didn't match Pod's node affinity/selector";

const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/**
 * Why a pod cannot be put on a node, in the words that the scheduler has for it; undefined: it can.
 *
 * @see https://github.com/kubernetes/kubernetes/tree/v1.36.0/pkg/scheduler/framework/plugins
 */
export function whyNot(pod: Pod, node: NodeObject, load: NodeLoad): string | undefined {
  const { spec = {} } = pod;
  return whyNotScheduled(spec, node) ?? whyNoRoom(spec, node, load) ?? whyNotTogether(pod, load);
}

function whyNotScheduled(spec: PodSpec, node: NodeObject): string | undefined {
  const { tolerations = [] } = spec;
  if (node.spec?.unschedulable === true) {
    const taint = { key: UNSCHEDULABLE_TAINT, effect: 'NoSchedule' };
    if (!tolerations.some((toleration) => tolerates(toleration, taint))) return 'node(s) were unschedulable';
  }
  if (untolerated(node.spec?.taints, tolerations, 'NoSchedule', 'NoExecute') !== undefined) {
    return 'node(s) had untolerated taint(s)';
  }
  return fitsNodeAffinity(spec, node) ? undefined : NOT_MATCHED;
}

function whyNoRoom(spec: PodSpec, node: NodeObject, load: NodeLoad): string | undefined {
  if (load.size >= podCapacity(node)) return 'Too many pods';
  for (const [resource, amount] of requestsOf(spec)) {
    if (load.used(resource) + amount > allocatable(node, resource)) return `Insufficient ${resource}`;
  }
  return undefined;
}

/** Both sides have a say: the pod about those that are there, and they about the pod. */
function whyNotTogether(pod: Pod, load: NodeLoad): string | undefined {
  const terms = exclusionsOf(pod);
  for (const other of terms.length === 0 ? [] : load.pods) {
    if (terms.some((term) => isMeant(term, pod, other)))
      return "node(s) didn't match pod anti-affinity rules";
  }
  for (const other of load.exclusive) {
    if (exclusionsOf(other).some((term) => isMeant(term, other, pod))) {
      return "node(s) didn't satisfy existing pods anti-affinity rules";
    }
  }
  return undefined;
}

/** Only those by node: nothing here is spread over zones or racks. */
function exclusionsOf({ spec }: Pod): readonly PodAffinityTerm[] {
  const terms = spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.filter(({ topologyKey }) => topologyKey === HOSTNAME_LABEL);
}

function isMeant({ labelSelector, namespaces = [] }: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const { namespace = '', labels } = other.metadata;
  const isInNamespace =
    namespaces.length === 0 ? namespace === owner.metadata.namespace : namespaces.includes(namespace);
  return isInNamespace && selects(labelSelector, labels);
}

import { DRIVER_LABEL, SKIP_DRAIN_LABEL } from '../contract/keys.ts';
import type { DrainPolicy } from '../contract/upgrade-policy.ts';
import { matchesLabels } from '../kubernetes/label-selector.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { WorkloadPod } from './view.ts';

/** What a drain does about one pod. */
export type DrainVerdict = 'ignore' | 'evict' | 'refuse-unowned' | 'refuse-empty-dir';

type Rule = (pod: WorkloadPod, policy: DrainPolicy) => DrainVerdict | undefined;

const isFinished = (pod: WorkloadPod): boolean => pod.phase === 'Succeeded' || pod.phase === 'Failed';

/**
 * The rules of `kubectl drain --ignore-daemonsets`, and the contract's own two ahead of them; the first that speaks decides.
 *
 * @see docs/contract.md, "drain"
 * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_drain/
 */
const rules: readonly Rule[] = [
  // The driver's own pods are replaced by the restart, not by the drain, whether or not a DaemonSet owns them.
  (pod) => (lookUp(pod.labels, DRIVER_LABEL) === undefined ? undefined : 'ignore'),
  (pod) => (lookUp(pod.labels, SKIP_DRAIN_LABEL) === 'true' ? 'ignore' : undefined),
  (pod, { selector }) => (matchesLabels(selector, pod.labels) ? undefined : 'ignore'),
  // A mirror pod is the API server's picture of a static pod: evicting it changes nothing on the node.
  (pod) => (pod.mirror ? 'ignore' : undefined),
  (pod) => (isFinished(pod) ? 'evict' : undefined),
  // Its controller would put it back at once, cordon or not.
  (pod) => (pod.controllerKind === 'DaemonSet' ? 'ignore' : undefined),
  // A pod that is already going needs nobody's leave.
  (pod) => (pod.terminating ? 'evict' : undefined),
  (pod, { deleteEmptyDir }) => (pod.emptyDir && !deleteEmptyDir ? 'refuse-empty-dir' : undefined),
  (pod, { force }) => (pod.controllerKind === undefined && !force ? 'refuse-unowned' : undefined),
];

/** Whether the policy drains a pod: evict it, leave it alone, or refuse to drain the node as long as it is there. */
export function drainVerdict(pod: WorkloadPod, policy: DrainPolicy): DrainVerdict {
  for (const rule of rules) {
    const verdict = rule(pod, policy);
    if (verdict !== undefined) return verdict;
  }
  return 'evict';
}

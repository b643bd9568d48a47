import { SKIP_DRAIN_LABEL } from '../contract/keys.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { SeenPod, SeenPolicy } from './seen.ts';

/**
 * Whether a pod loses its network if the driver is reloaded now, and the policy says that it must be drained first. A pod that is
 * still terminating is still running. Whether the policy permits evicting it (`force`, `deleteEmptyDir`) makes no difference:
 * if not, the driver must stay.
 */
export function mustBeDrainedFirst(pod: SeenPod, policy: SeenPolicy | undefined): boolean {
  return !isFinished(pod) && pod.controller?.kind !== 'DaemonSet' && mayBeDrained(pod, policy);
}

/** Whether the policy leaves it to the drain what becomes of a pod; if not, nobody is to touch it. */
export function mayBeDrained(pod: SeenPod, policy: SeenPolicy | undefined): boolean {
  if (policy?.autoUpgrade !== true || policy.drained === undefined) return false;
  if (pod.driver || pod.mirror) return false;
  return lookUp(pod.labels, SKIP_DRAIN_LABEL) !== 'true' && policy.drained(pod.labels);
}

function isFinished({ phase }: SeenPod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

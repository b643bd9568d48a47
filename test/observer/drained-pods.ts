import { SKIP_DRAIN_LABEL } from '../../src/contract/keys.ts';
import { lookUp } from '../../src/kubernetes/objects.ts';
import type { SeenPod, SeenPolicy } from './seen.ts';

/**
 * Whether a pod loses its network if the driver is reloaded now, and the policy says that it must be drained first. A pod that is
 * still terminating is still running. Whether the policy permits evicting it (`force`, `deleteEmptyDir`) makes no difference:
 * if not, the driver must stay.
 */
export function mustBeDrainedFirst(pod: SeenPod, policy: SeenPolicy | undefined): boolean {
  if (policy?.autoUpgrade !== true || policy.drained === undefined) return false;
  if (pod.driver || pod.mirror || pod.controller?.kind === 'DaemonSet') return false;
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return false;
  return lookUp(pod.labels, SKIP_DRAIN_LABEL) !== 'true' && policy.drained(pod.labels);
}

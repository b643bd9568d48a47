import { LEGACY_STATE_ANNOTATION, MOFED_WAIT_LABEL, NIC_PRESENT_LABEL } from '../../contract/keys.ts';
import { driverWaitLabel } from '../../driver/wait-label.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { NodeChange } from '../../upgrade/actions.ts';
import type { StoredDriverPod } from '../resources/driver-pods.ts';
import type { StoredNode } from '../resources/nodes.ts';
import type { LabelChanges } from './node-patch.ts';

/** What a node's labels should say besides the upgrade's state; empty if they do. */
export function labelsToCorrect(
  node: StoredNode,
  driverPods: readonly StoredDriverPod[],
  driverWanted: boolean,
): LabelChanges {
  const wanted = driverWaitLabel({
    hasNic: lookUp(node.labels, NIC_PRESENT_LABEL) === 'true',
    driverWanted: driverWanted || driverPods.length > 0,
    driverReady: driverPods.some((pod) => pod.driverReady && !pod.terminating),
  });
  return lookUp(node.labels, MOFED_WAIT_LABEL) === wanted ? {} : { [MOFED_WAIT_LABEL]: wanted ?? null };
}

/** What old versions of other operators left on a node; empty if there is nothing. */
export function leftovers(node: StoredNode): NonNullable<NodeChange['annotations']> {
  return lookUp(node.annotations, LEGACY_STATE_ANNOTATION) === undefined
    ? {}
    : { [LEGACY_STATE_ANNOTATION]: null };
}

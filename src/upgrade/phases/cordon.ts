import { FAILED_REVISION_ANNOTATION, INITIALLY_UNSCHEDULABLE_ANNOTATION } from '../../contract/keys.ts';
import { keepsCordon } from '../human-cordon.ts';
import { without } from '../node-change.ts';
import { messageOf, type Reason } from '../../reasons/index.ts';
import type { NodeView } from '../view.ts';
import { wait, type Phase, type Wait } from './phase.ts';

/** `cordon-required`: no new pods from here on. */
export const cordon: Phase = {
  state: 'cordon-required',
  event: () => ({
    type: 'Normal',
    reason: 'DriverUpgradeStarted',
    message: 'Driver upgrade of this node has started: cordoning it',
  }),
  run: (view) => ({
    kind: 'pass',
    ...(view.node.unschedulable ? {} : { unschedulable: true }),
    annotations: {
      // From here on the state says whose cordon it is; until here this note did, on a node that is tried again.
      ...without(view, FAILED_REVISION_ANNOTATION),
      ...initialCordon(view),
    },
  }),
};

/** A person may have been quicker, in the moment between the start of the upgrade and this cordon: to cordon the node, or to uncordon it. */
function initialCordon(view: NodeView): Readonly<Record<string, string | null>> {
  if (!view.node.unschedulable) return without(view, INITIALLY_UNSCHEDULABLE_ANNOTATION);
  return keepsCordon(view) ? { [INITIALLY_UNSCHEDULABLE_ANNOTATION]: 'true' } : {};
}

/**
 * Somebody has uncordoned a node in the middle of its upgrade. Going on would reload the driver under whatever is scheduled
 * there in the meantime, so it is cordoned again, and told.
 *
 * @returns undefined if the node is cordoned as it should be
 */
export function cordonAgain(view: NodeView): Wait | undefined {
  if (view.node.unschedulable) return undefined;
  const reason: Reason = { code: 'in-progress', step: 'cordon-again' };
  return wait(reason, {
    actions: [
      {
        kind: 'patch-node',
        change: {
          unschedulable: true,
          // Whoever uncordoned it does not want it left cordoned at the end.
          annotations: without(view, INITIALLY_UNSCHEDULABLE_ANNOTATION),
          event: { type: 'Warning', reason: 'NodeCordonedAgain', message: messageOf(reason) },
        },
      },
    ],
  });
}

import { REQUESTED_ANNOTATION } from '../contract/keys.ts';
import { driverCondition } from './driver-condition.ts';
import type { Reason } from './reasons.ts';
import { isRequested, isSkipped, type Context, type DriverPod, type NodeView } from './view.ts';

/** A condition of one node that keeps its upgrade from starting, whatever slots are free; undefined: it may start. */
export type Gate = (view: NodeView, context: Context) => Reason | undefined;

const gates: readonly Gate[] = [
  (view) => {
    const condition = driverCondition(view);
    return condition.kind === 'orphaned' && !isRequested(view) ? orphanedDriver(condition.pod) : undefined;
  },
  (view) =>
    isSkipped(view)
      ? {
          code: 'skipped',
          message: 'The node is labelled to be skipped; remove the label to have it upgraded',
        }
      : undefined,
  ({ node }) => (node.deleting ? { code: 'node-deleting', message: 'The node is being deleted' } : undefined),
  // Its pods could neither leave nor come up, and it would hold its slot meanwhile.
  ({ node }) =>
    node.notReadySince === undefined
      ? undefined
      : { code: 'node-not-ready', message: 'The node is not Ready; its upgrade starts when it is' },
];

/** A pod that nothing would bring back is only taken away by one who asks for it. */
export function orphanedDriver({ name }: DriverPod): Reason {
  return {
    code: 'orphaned-driver',
    message: `Driver pod ${name} belongs to no DaemonSet; annotate the node with ${REQUESTED_ANNOTATION}=true to have it replaced`,
  };
}

/** The first gate that is shut to a node, if any is. */
export function shutGate(view: NodeView, context: Context): Reason | undefined {
  for (const gate of gates) {
    const reason = gate(view, context);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

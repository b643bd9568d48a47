import type { Reason } from '../reasons/index.ts';
import { driverCondition } from './driver-condition.ts';
import { isRequested, isSkipped, type Context, type DriverPod, type NodeView } from './view.ts';

/** A condition of one node that keeps its upgrade from starting, whatever slots are free; undefined: it may start. */
export type Gate = (view: NodeView, context: Context) => Reason | undefined;

const gates: readonly Gate[] = [
  (view) => {
    const condition = driverCondition(view);
    return condition.kind === 'orphaned' && !isRequested(view) ? orphanedDriver(condition.pod) : undefined;
  },
  (view) => (isSkipped(view) ? { code: 'skipped' } : undefined),
  ({ node }) => (node.deleting ? { code: 'node-deleting' } : undefined),
  // Its pods could neither leave nor come up, and it would hold its slot meanwhile.
  ({ node }) =>
    node.notReadySince === undefined
      ? undefined
      : { code: 'node-not-ready', since: node.notReadySince, holds: 'start' },
  // The last, for what else is in the way of a node is more to the point: it stays when the rollout goes on.
  (_, { policy }) => (policy.paused ? { code: 'paused' } : undefined),
];

/** A pod that nothing would bring back is only taken away by one who asks for it. */
export function orphanedDriver({ namespace, name }: DriverPod): Reason {
  return { code: 'orphaned-driver', pod: { namespace, name } };
}

/** The first gate that is shut to a node, if any is. */
export function shutGate(view: NodeView, context: Context): Reason | undefined {
  for (const gate of gates) {
    const reason = gate(view, context);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

import type { Decision } from './actions.ts';
import { change, idle, waiting } from './decision.ts';
import { driverCondition } from './driver-condition.ts';
import { isCordonedByUpgrade } from './human-cordon.ts';
import { farewell } from './node-change.ts';
import { isOutOfBounds, stateOf, type NodeView } from './view.ts';

/** Takes the upgrade's traces off a node, its cordon included, in one write. */
export function release(view: NodeView): Decision {
  const ours = isCordonedByUpgrade(view);
  return change(
    farewell(view, ours ? false : undefined, {
      type: 'Normal',
      reason: 'NodeReleased',
      message: ours
        ? 'No driver upgrade is wanted here any more: uncordoned the node'
        : 'No driver upgrade is wanted here any more',
    }),
  );
}

/**
 * The flow is switched off, or there is no policy: every node is handed back. One in the middle of its driver's restart only once the
 * driver is up, for workloads would come back to a node without a network; it keeps its label until then, which says why.
 *
 * @param driverWanted whether a policy still asks for a driver at all; if not, none is going to come up
 */
export function decideReleased(view: NodeView, driverWanted: boolean): Decision {
  if (isUntouched(view) || isOutOfBounds(view)) return idle;
  if (!isCordonedByUpgrade(view) || !driverWanted || isDriverUp(view)) return release(view);
  return waiting({ code: 'handing-back' });
}

/** Nothing of the upgrade is on the node, not even a cordon whose label somebody has removed. */
export function isUntouched(view: NodeView): boolean {
  return stateOf(view) === 'none' && !isCordonedByUpgrade(view);
}

/** A driver is running, be it of the old version or the new one: workloads can use the network. */
function isDriverUp(view: NodeView): boolean {
  const condition = driverCondition(view);
  switch (condition.kind) {
    case 'ready':
    case 'unwanted':
      return true;
    case 'outdated':
    case 'orphaned':
      return condition.pod.ready;
    default:
      return false;
  }
}

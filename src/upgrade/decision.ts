import type { Decision, NodeChange } from './actions.ts';
import type { Reason } from '../reasons/index.ts';

/** Nothing is wanted of the node. */
export const idle: Decision = {
  actions: [],
  workload: 'none',
  reason: undefined,
  wakeAt: undefined,
  wantsSlot: undefined,
};

/** Nothing can be done now, for a reason. */
export function waiting(reason: Reason): Decision {
  return { ...idle, reason };
}

/** One write to the node. What comes of it is seen in the node, so nothing else is decided until then. */
export function change(nodeChange: NodeChange): Decision {
  return {
    ...idle,
    actions: [{ kind: 'patch-node', change: nodeChange }],
    reason: { code: 'in-progress', step: 'next' },
  };
}

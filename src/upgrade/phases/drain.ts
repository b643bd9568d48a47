import { DRAIN_START_ANNOTATION } from '../../contract/keys.ts';
import { unixSeconds } from '../deadline.ts';
import { isUpToDate } from '../driver-condition.ts';
import { emptyNode } from '../empty-node.ts';
import { cordonAgain } from './cordon.ts';
import { pass, type Phase } from './phase.ts';

/** `drain-required`: the pods that the policy drains leave the node. */
export const drain: Phase = {
  state: 'drain-required',
  event: (_, { policy }) => ({
    type: 'Normal',
    reason: 'NodeDrainStarted',
    message:
      policy.drain === undefined
        ? 'Draining is disabled by the policy: going on without'
        : 'Draining the node',
  }),
  notes: (_, { policy, now }): Record<string, string> =>
    policy.drain !== undefined && policy.drain.timeoutSeconds > 0
      ? { [DRAIN_START_ANNOTATION]: unixSeconds(now) }
      : {},
  run: (view, context) => {
    const policy = context.policy.drain;
    // With nothing left to reload (the version was set back), nobody needs to leave.
    if (policy === undefined || isUpToDate(view)) return pass;
    return cordonAgain(view) ?? emptyNode(policy, view, context) ?? pass;
  },
};

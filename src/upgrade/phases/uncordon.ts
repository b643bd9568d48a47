import { keepsCordon } from '../human-cordon.ts';
import { validation } from './validation.ts';
import { pass, type Phase } from './phase.ts';

/** `uncordon-required`: the node is handed back. */
export const uncordon: Phase = {
  state: 'uncordon-required',
  event: () => ({
    type: 'Normal',
    reason: 'DriverReady',
    message: 'The new driver is Ready: handing the node back',
  }),
  applies: (view) => !keepsCordon(view),
  run: (view, context) => {
    // The driver was Ready when the node came here. If it no longer is, workloads had better not come back yet.
    const readiness = validation.run(view, context);
    if (readiness.kind === 'fail') return { kind: 'wait', reason: readiness.reason };
    if (readiness.kind !== 'pass') return readiness;
    return view.node.unschedulable && !keepsCordon(view) ? { kind: 'pass', unschedulable: false } : pass;
  },
};

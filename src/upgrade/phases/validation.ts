import { driverCondition } from '../driver-condition.ts';
import { driverFailure } from '../driver-failure.ts';
import { waitsForSafeLoad } from '../view.ts';
import { driverWait } from '../driver-wait.ts';
import { pass, wait, type Phase } from './phase.ts';

/**
 * `validation-required`: validators have the last word on the new driver. Nothing in the policy configures them yet, so no node is
 * sent here; one that is found here (another operator's work) only has to have its driver up.
 */
export const validation: Phase = {
  state: 'validation-required',
  event: () => ({ type: 'Normal', reason: 'DriverValidation', message: 'Validating the new driver' }),
  applies: () => false,
  run: (view, context) => {
    const condition = driverCondition(view);
    switch (condition.kind) {
      case 'failing':
        return { kind: 'fail', reason: driverFailure(condition.pod, condition.failure) };
      case 'unwanted':
      case 'unknown':
      case 'missing':
      case 'terminating':
        return wait(driverWait(condition, view, context));
      case 'starting':
        // Held back by its init container it will never be Ready: the flow has to begin anew, and does once the node is handed back.
        return waitsForSafeLoad(view) ? pass : wait(driverWait(condition, view, context));
      // An outdated driver is the next upgrade's business.
      case 'outdated':
      case 'orphaned':
      case 'ready':
        return pass;
    }
  },
};

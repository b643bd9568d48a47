import { WAIT_START_ANNOTATION } from '../../contract/keys.ts';
import type { WaitForCompletion } from '../../contract/upgrade-policy.ts';
import { matchesLabels } from '../../kubernetes/label-selector.ts';
import type { Reason } from '../../reasons/index.ts';
import { deadline, endOf, unixSeconds } from '../deadline.ts';
import { isUpToDate } from '../driver-condition.ts';
import type { Context, NodeView, WorkloadPod } from '../view.ts';
import { ownedPod } from '../pods.ts';
import { cordonAgain } from './cordon.ts';
import { pass, wait, type Outcome, type Phase } from './phase.ts';

/** `wait-for-jobs-required`: lets the selected pods come to their end, for as long as the policy says. */
export const waitForJobs: Phase = {
  state: 'wait-for-jobs-required',
  event: (_, { policy }) => ({
    type: 'Normal',
    reason: 'NodeCordoned',
    message:
      policy.waitForCompletion === undefined
        ? 'Cordoned the node for the driver upgrade'
        : 'Cordoned the node for the driver upgrade; waiting for its jobs to complete',
  }),
  notes: (_, { policy, now }): Record<string, string> =>
    hasTimeout(policy.waitForCompletion) ? { [WAIT_START_ANNOTATION]: unixSeconds(now) } : {},
  run: (view, context) => {
    const jobs = context.policy.waitForCompletion;
    // With nothing left to reload (the version was set back), there is nothing to wait for either.
    if (jobs === undefined || isUpToDate(view)) return pass;
    return cordonAgain(view) ?? waitFor(jobs, view, context);
  },
};

function waitFor(jobs: WaitForCompletion, view: NodeView, context: Context): Outcome {
  if (view.workload === undefined) {
    return wait({ code: 'reading-pods', toSee: 'pods' }, { workload: 'watched' });
  }
  const running = view.workload.pods.filter(
    (pod) => isRunning(pod) && matchesLabels(jobs.selector, pod.labels),
  );
  if (running.length === 0) return pass;
  const limit = deadline(view, context, WAIT_START_ANNOTATION, jobs.timeoutSeconds);
  if (limit.kind === 'over') return pass;
  return wait(reasonFor(running, endOf(limit)), {
    workload: 'watched',
    ...(limit.kind === 'unset' ? { actions: [limit.action] } : {}),
    ...(limit.kind === 'running' ? { wakeAt: limit.at } : {}),
  });
}

function isRunning({ phase }: WorkloadPod): boolean {
  return phase === 'Pending' || phase === 'Running';
}

function hasTimeout(jobs: WaitForCompletion | undefined): boolean {
  return jobs !== undefined && jobs.timeoutSeconds > 0;
}

function reasonFor(running: readonly WorkloadPod[], until: number | undefined): Reason {
  return { code: 'jobs-running', pods: running.map(ownedPod), until };
}

import { DRIVER_LABEL } from '../../../src/contract/keys.ts';
import {
  COMPLETES_AFTER_ANNOTATION,
  TERMINATES_AFTER_ANNOTATION,
  TERMINATING_ANNOTATION,
} from './annotations.ts';
import { not, stage, status } from './stage.ts';
import type { Condition, Stage } from './stage.ts';
import { conditions, containers, initContainers, PLACE, state } from './templates.ts';

export const isDriver: Condition = `.metadata.labels["${DRIVER_LABEL}"] != null`;
export const isDeleted: Condition = '.metadata.deletionTimestamp != null';
export const isPending: Condition = '.status.phase == "Pending"';
export const isRunning: Condition = '.status.phase == "Running"';

/** A force-deleted pod, or one whose containers have ended and that only its finalizers still hold. */
const hasEnded = '.metadata.deletionGracePeriodSeconds == 0';
const isStuck = `.metadata.annotations["${TERMINATING_ANNOTATION}"] == "stuck"`;
const completes = `.metadata.annotations["${COMPLETES_AFTER_ANNOTATION}"] != null`;
const calledUnready = 'any(.status.conditions[]?; .type == "Ready" and .status == "False")';

/** Whether all of a pod's containers are Ready, by what their kubelet said last. */
const containersReady = '(.status.containerStatuses // []) | length > 0 and all(.ready)';

/** Pods other than drivers run at once, end on request or by themselves; pods of every kind can be deleted. */
export function podStages(): readonly Stage[] {
  return [
    stage({
      name: 'pod-run',
      kind: 'Pod',
      when: [isPending, not(isDriver), not(isDeleted)],
      next: status(
        [
          conditions({ initialized: true, ready: true }),
          initContainers({ state: state.succeeded, ready: true, started: false }),
          containers({ state: state.running, ready: true, started: true }),
          PLACE,
          'phase: Running',
        ].join(''),
      ),
    }),
    stage({
      name: 'pod-complete',
      kind: 'Pod',
      when: [completes, isRunning, not(isDeleted)],
      delay: {
        durationMilliseconds: 1000,
        durationFrom: { expressionFrom: `.metadata.annotations["${COMPLETES_AFTER_ANNOTATION}"]` },
      },
      next: status(
        [
          conditions({ initialized: true, ready: false, completed: true }),
          containers({ state: state.succeeded, ready: false, started: false }),
          'phase: Succeeded',
        ].join(''),
      ),
    }),
    stage({
      name: 'pod-delete',
      kind: 'Pod',
      when: [isDeleted, not(hasEnded), not(isStuck)],
      delay: {
        durationMilliseconds: 50,
        jitterDurationMilliseconds: 200,
        durationFrom: { expressionFrom: `.metadata.annotations["${TERMINATES_AFTER_ANNOTATION}"]` },
      },
      next: { delete: true },
    }),
    stage({
      // The control plane calls the pods of a node that is not ready unready; a kubelet that still lives soon puts that right.
      name: 'pod-ready-again',
      kind: 'Pod',
      when: [isRunning, calledUnready, containersReady, not(completes), not(isDeleted)],
      delay: { durationMilliseconds: 1000 },
      next: status(conditions({ initialized: true, ready: true })),
    }),
  ];
}

import { FAILED_REVISION_ANNOTATION, INITIALLY_UNSCHEDULABLE_ANNOTATION } from '../contract/keys.ts';
import type { Decision, NodeChange } from './actions.ts';
import { change, waiting } from './decision.ts';
import { driverCondition } from './driver-condition.ts';
import { failure, stepTo, without } from './node-change.ts';
import { phaseAfter, phaseOf } from './phases/index.ts';
import type { Pass, Phase } from './phases/phase.ts';
import { release } from './release.ts';
import { decideFailed, decideRequired, decideSettled } from './resting.ts';
import { isOutOfBounds, stateOf, type Context, type NodeView } from './view.ts';

/**
 * What is to be done about one node now. Pure and total: the same view, policy and time give the same decision, and every state found
 * on a node, whoever wrote it, is a valid start.
 *
 * @param slotGranted whether one of the parallel slots has been given to this node; see `Fleet`
 * @see docs/contract.md, "States"
 */
export function decideNode(view: NodeView, context: Context, slotGranted: boolean): Decision {
  if (isOutOfBounds(view)) {
    return waiting({ code: 'external-maintenance' });
  }
  const state = stateOf(view);
  const phase = phaseOf(state);
  if (phase !== undefined) return runPhase(phase, view, context);
  switch (state) {
    case 'upgrade-required':
      return decideRequired(view, context, slotGranted);
    case 'upgrade-failed':
      return decideFailed(view, context, slotGranted);
    default:
      return decideSettled(view, context);
  }
}

function runPhase(phase: Phase, view: NodeView, context: Context): Decision {
  // No driver belongs on the node any more: there is nothing to empty it for.
  if (driverCondition(view).kind === 'unwanted') return release(view);
  const outcome = phase.run(view, context);
  switch (outcome.kind) {
    case 'pass':
      return change(stepAfter(phase, outcome, view, context));
    case 'fail':
      return change(failure(view, outcome.reason));
    case 'wait':
      return {
        actions: outcome.actions ?? [],
        workload: outcome.workload ?? 'none',
        reason: outcome.reason,
        wakeAt: outcome.wakeAt,
        wantsSlot: undefined,
      };
  }
}

/** The write that takes a node from a phase to the next one, or to the end of the flow. */
function stepAfter(
  phase: Phase,
  { unschedulable, annotations }: Pass,
  view: NodeView,
  context: Context,
): NodeChange {
  const next = phaseAfter(phase, view, context);
  const cordon = unschedulable === undefined ? {} : { unschedulable };
  if (next === undefined) {
    return stepTo(view, 'upgrade-done', {
      ...cordon,
      annotations: {
        ...annotations,
        ...without(view, INITIALLY_UNSCHEDULABLE_ANNOTATION, FAILED_REVISION_ANNOTATION),
      },
      event: { type: 'Normal', reason: 'DriverUpgradeDone', message: 'The driver of this node is upgraded' },
    });
  }
  return stepTo(view, next.state, {
    ...cordon,
    annotations: { ...annotations, ...next.notes?.(view, context) },
    event: next.event(view, context),
  });
}

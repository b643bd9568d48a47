import type { NodeState } from '../../contract/states.ts';
import type { Context, NodeView } from '../view.ts';
import { cordon } from './cordon.ts';
import { drain } from './drain.ts';
import type { Phase } from './phase.ts';
import { podDeletion } from './pod-deletion.ts';
import { podRestart } from './pod-restart.ts';
import { uncordon } from './uncordon.ts';
import { validation } from './validation.ts';
import { waitForJobs } from './wait-for-jobs.ts';

/** The flow: the phases of an upgrade in the order in which a node goes through them. */
const flow: readonly Phase[] = [cordon, waitForJobs, podDeletion, drain, podRestart, validation, uncordon];

/** The phase that a node in this state is in; undefined for a state that is not in the middle of an upgrade. */
export function phaseOf(state: NodeState): Phase | undefined {
  return flow.find((phase) => phase.state === state);
}

/** The phase that comes after one; undefined at the end of the flow. */
export function phaseAfter(phase: Phase, view: NodeView, context: Context): Phase | undefined {
  return flow.slice(flow.indexOf(phase) + 1).find((next) => next.applies?.(view, context) ?? true);
}

/** The first phase of every upgrade. */
export const firstPhase = cordon;

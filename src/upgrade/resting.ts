import {
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  KERNEL_LABEL,
  NIC_PRESENT_LABEL,
  POOL_LABELS,
  REASON_ANNOTATION,
  REQUESTED_ANNOTATION,
} from '../contract/keys.ts';
import {
  entryOf,
  formatReason,
  knownCode,
  parseReason,
  type Reason,
  type ToldReason,
} from '../reasons/index.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { Decision, NodeChange } from './actions.ts';
import { change, idle, waiting } from './decision.ts';
import { driverCondition, isUpToDate, type DriverCondition } from './driver-condition.ts';
import { driverWait } from './driver-wait.ts';
import { orphanedDriver, shutGate } from './gates.ts';
import { isCordonedByPersonBeforeStart, isCordonedByUpgrade, keepsCordon } from './human-cordon.ts';
import { stepTo, wantedRevisionOf, without } from './node-change.ts';
import { driverFailure } from './driver-failure.ts';
import { firstPhase } from './phases/index.ts';
import { uncordon } from './phases/uncordon.ts';
import { isUntouched, release } from './release.ts';
import {
  annotationOf,
  hasFailedBefore,
  isRequested,
  stateOf,
  waitsForSafeLoad,
  type Context,
  type NodeView,
} from './view.ts';

/** No state yet, or `upgrade-done`: is there anything to do on this node? */
export function decideSettled(view: NodeView, context: Context): Decision {
  const condition = driverCondition(view);
  if (condition.kind === 'unknown') return waiting(driverWait(condition, view, context));
  if (needsUpgrade(view, condition)) return change(requireUpgrade(view, condition, context));
  switch (condition.kind) {
    case 'unwanted':
      return isUntouched(view) ? withoutDriver(view) : release(view);
    case 'ready':
      return stateOf(view) === 'none' ? change(stepTo(view, 'upgrade-done', tidiedUp(view))) : idle;
    case 'orphaned':
      return waiting(orphanedDriver(condition.pod));
    default:
      return stateOf(view) === 'none' && condition.kind !== 'missing'
        ? waiting(driverWait(condition, view, context))
        : idle;
  }
}

/** A node without a NIC is nobody's concern; one that has one should have a driver. */
function withoutDriver({ node: { labels } }: NodeView): Decision {
  if (lookUp(labels, NIC_PRESENT_LABEL) !== 'true') return idle;
  const missingLabels = POOL_LABELS.filter((label) => (lookUp(labels, label) ?? '') === '');
  return waiting({ code: 'no-driver-pool', kernel: lookUp(labels, KERNEL_LABEL), missingLabels });
}

function needsUpgrade(view: NodeView, condition: DriverCondition): boolean {
  if (condition.kind === 'unwanted') return false;
  return condition.kind === 'outdated' || waitsForSafeLoad(view) || isRequested(view);
}

function requireUpgrade(view: NodeView, condition: DriverCondition, context: Context): NodeChange {
  const why = waitsForSafeLoad(view)
    ? 'A driver waits to be loaded safely'
    : condition.kind === 'outdated'
      ? `Driver pod ${condition.pod.name} is out of date`
      : 'An upgrade of the driver was requested';
  return stepTo(view, 'upgrade-required', {
    annotations: { ...initialCordon(view), ...turnNote(view, context) },
    event: {
      type: 'Normal',
      reason: 'DriverUpgradeRequired',
      message: `${why}: the node waits for its upgrade`,
    },
  });
}

/**
 * Most nodes wait for their turn for most of a rollout. That this is all they wait for is said in a write that is made anyway: one of its
 * own for each node of a large fleet would be dear. What else may keep a node from starting is said when it has lasted a while.
 */
function turnNote(view: NodeView, context: Context): Readonly<Record<string, string>> {
  const reason = turnOf(view, context);
  return reason === undefined ? {} : { [REASON_ANNOTATION]: formatReason(reason) };
}

/** Why it is not the node's turn, if that is all that keeps it from starting. */
function turnOf(view: NodeView, context: Context): Reason | undefined {
  const shut = shutGate(view, context);
  if (shut !== undefined) return entryOf(shut.code).severity === 'turn' ? shut : undefined;
  const { maxParallelUpgrades: limit } = context.policy;
  return limit === 0 ? undefined : { code: 'slot', limit };
}

/** Notes, or takes back the note, that a person has cordoned the node before its upgrade. */
function initialCordon(view: NodeView): Readonly<Record<string, string | null>> {
  return isCordonedByPersonBeforeStart(view)
    ? { [INITIALLY_UNSCHEDULABLE_ANNOTATION]: 'true' }
    : without(view, INITIALLY_UNSCHEDULABLE_ANNOTATION);
}

/** `upgrade-required`: nothing done yet. The node starts once no gate is shut and a slot is granted. */
export function decideRequired(view: NodeView, context: Context, slotGranted: boolean): Decision {
  const condition = driverCondition(view);
  if (condition.kind === 'unknown') return waiting(driverWait(condition, view, context));
  if (condition.kind === 'unwanted') return release(view);
  if (isUpToDate(view) && !isRequested(view)) return change(nothingToDo(view));
  const shut = shutGate(view, context);
  if (shut !== undefined) return waiting(shut);
  if (!slotGranted) {
    return {
      ...waiting({ code: 'slot', limit: context.policy.maxParallelUpgrades }),
      wantsSlot: 'start',
    };
  }
  return change(
    stepTo(view, firstPhase.state, {
      annotations: { ...without(view, REQUESTED_ANNOTATION), ...initialCordon(view) },
      event: firstPhase.event(view, context),
    }),
  );
}

/** The version was set back before anything had been done here. Only a cordon that an earlier, failed try left is taken back. */
function nothingToDo(view: NodeView): NodeChange {
  return stepTo(view, 'upgrade-done', {
    ...tidiedUp(view),
    event: {
      type: 'Normal',
      reason: 'DriverUpgradeNotNeeded',
      message: 'The driver is up to date again: nothing to do',
    },
  });
}

/** Takes off a node what an earlier try left there that did not come to its end: its cordon and its notes. */
function tidiedUp(view: NodeView): Pick<NodeChange, 'unschedulable' | 'annotations'> {
  return {
    ...(isCordonedByUpgrade(view) ? { unschedulable: false } : {}),
    annotations: without(view, INITIALLY_UNSCHEDULABLE_ANNOTATION, FAILED_REVISION_ANNOTATION),
  };
}

/** `upgrade-failed`: a person must look, unless it has come right, or something else is wanted by now. */
export function decideFailed(view: NodeView, context: Context, slotGranted: boolean): Decision {
  const condition = driverCondition(view);
  if (condition.kind === 'unknown') return waiting(driverWait(condition, view, context));
  if (condition.kind === 'unwanted') return release(view);
  if (isUpToDate(view)) return recover(view, context, slotGranted);
  if (deservesNewTry(view, condition)) {
    return change(
      stepTo(view, 'upgrade-required', {
        annotations: { ...initialCordon(view), ...cordonLeftBehind(view), ...turnNote(view, context) },
        event: {
          type: 'Normal',
          reason: 'DriverUpgradeRetried',
          message: 'Another driver is wanted since the failure: trying again',
        },
      }),
    );
  }
  return stand(view, condition);
}

function recover(view: NodeView, context: Context, slotGranted: boolean): Decision {
  const event = {
    type: 'Normal',
    reason: 'DriverRecovered',
    message: 'The driver is up to date and Ready: finishing the upgrade',
  } as const;
  if (keepsCordon(view)) {
    const annotations = without(view, INITIALLY_UNSCHEDULABLE_ANNOTATION, FAILED_REVISION_ANNOTATION);
    return change(stepTo(view, 'upgrade-done', { annotations, event }));
  }
  if (!slotGranted) {
    const { maxParallelUpgrades: limit } = context.policy;
    return { ...waiting({ code: 'recovered-waits-for-slot', limit }), wantsSlot: 'recover' };
  }
  return change(
    stepTo(view, uncordon.state, { annotations: without(view, FAILED_REVISION_ANNOTATION), event }),
  );
}

function deservesNewTry(view: NodeView, condition: DriverCondition): boolean {
  if (isRequested(view)) return true;
  const failed = annotationOf(view, FAILED_REVISION_ANNOTATION);
  const wanted = wantedRevisionOf(view);
  if (failed !== undefined && failed !== 'unknown') return wanted !== 'unknown' && failed !== wanted;
  // Another operator does not note what it failed on. A driver that is both out of date and not running is what is left of an attempt
  // at a version that nobody wants any more.
  return condition.kind === 'outdated' && !condition.pod.ready;
}

/** Another operator does not note what it failed on; without a note, its cordon would pass for a person's from here on. */
function cordonLeftBehind(view: NodeView): Readonly<Record<string, string>> {
  return isCordonedByUpgrade(view) && !hasFailedBefore(view)
    ? { [FAILED_REVISION_ANNOTATION]: 'unknown' }
    : {};
}

/** The failure stands. What it was about, and why, is noted if it is not: somebody else declared it, or has taken the note away. */
function stand(view: NodeView, condition: DriverCondition): Decision {
  const told = toldFailure(view);
  const reason: Reason = { code: 'failed', cause: causeOf(told, condition) };
  const failed = annotationOf(view, FAILED_REVISION_ANNOTATION);
  const wanted = wantedRevisionOf(view);
  const annotations = {
    ...((failed === undefined || failed === 'unknown') && wanted !== 'unknown'
      ? { [FAILED_REVISION_ANNOTATION]: wanted }
      : {}),
    ...(told === undefined ? { [REASON_ANNOTATION]: formatReason(reason) } : {}),
  };
  if (Object.keys(annotations).length === 0) return waiting(reason);
  return { ...waiting(reason), actions: [{ kind: 'patch-node', change: { annotations } }] };
}

/** A note that says of anything but a failure was left by somebody who did not know of it. */
function toldFailure(view: NodeView): ToldReason | undefined {
  const told = parseReason(annotationOf(view, REASON_ANNOTATION));
  const code = knownCode(told?.code);
  const isFailure = code === undefined || code === 'node-not-ready' || entryOf(code).severity === 'failed';
  return isFailure ? told : undefined;
}

/** A driver that still fails as it did then says more than the note of it. */
function causeOf(told: ToldReason | undefined, condition: DriverCondition): Reason | ToldReason | undefined {
  const now = condition.kind === 'failing' ? driverFailure(condition.pod, condition.failure) : undefined;
  return now !== undefined && (told === undefined || told.code === now.code) ? now : told;
}

import {
  DRAIN_START_ANNOTATION,
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  VALIDATION_START_ANNOTATION,
  WAIT_START_ANNOTATION,
} from '../contract/keys.ts';
import type { UpgradeState } from '../contract/states.ts';
import { formatReason, messageOf, type Reason } from '../reasons/index.ts';
import type { Announcement, NodeChange } from './actions.ts';
import { annotationOf, type NodeView } from './view.ts';

type Annotations = Readonly<Record<string, string | null>>;

/** What a state noted for itself, and nobody needs any more once the node has left it. */
const NOTES_OF_A_STATE = [
  WAIT_START_ANNOTATION,
  DRAIN_START_ANNOTATION,
  VALIDATION_START_ANNOTATION,
  REASON_ANNOTATION,
] as const;

/** Every note that the upgrade leaves on a node. The requests that others make of it are not among them. */
const ALL_NOTES = [
  ...NOTES_OF_A_STATE,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  FAILED_REVISION_ANNOTATION,
] as const;

/** Removes those of the keys that the node has. */
export function without(view: NodeView, ...keys: readonly string[]): Annotations {
  return Object.fromEntries(
    keys.filter((key) => annotationOf(view, key) !== undefined).map((key) => [key, null]),
  );
}

/** A step to another state: the label, the notes of the state left behind, and whatever `more` the step takes along. */
export function stepTo(view: NodeView, to: UpgradeState, more: Omit<NodeChange, 'to'>): NodeChange {
  return { ...more, to, annotations: { ...without(view, ...NOTES_OF_A_STATE), ...more.annotations } };
}

/** A step to `upgrade-failed`, with the reason, and with what was wanted at the time, so that a later wish gets a new try. */
export function failure(view: NodeView, reason: Reason): NodeChange {
  return stepTo(view, 'upgrade-failed', {
    annotations: {
      [FAILED_REVISION_ANNOTATION]: wantedRevisionOf(view),
      [REASON_ANNOTATION]: formatReason(reason),
    },
    event: { type: 'Warning', reason: 'DriverUpgradeFailed', message: messageOf(reason) },
    reason,
  });
}

/** Takes every trace of the upgrade off a node. */
export function farewell(
  view: NodeView,
  unschedulable: boolean | undefined,
  event: Announcement,
): NodeChange {
  return {
    to: 'none',
    annotations: without(view, ...ALL_NOTES),
    event,
    ...(unschedulable === undefined ? {} : { unschedulable }),
  };
}

/** The revision that is wanted on a node, for the record; never empty. */
export function wantedRevisionOf({ driver }: NodeView): string {
  const known = driver.pods.find(({ wantedRevision }) => wantedRevision !== undefined);
  return driver.wantedRevision ?? known?.wantedRevision ?? 'unknown';
}

import { SAFE_LOAD_ANNOTATION } from '../../contract/keys.ts';
import type { Action } from '../actions.ts';
import { driverCondition, type DriverCondition } from '../driver-condition.ts';
import { driverFailure } from '../driver-failure.ts';
import { driverWait, driverWakeAt } from '../driver-wait.ts';
import { emptyNode } from '../empty-node.ts';
import { without } from '../node-change.ts';
import { waitsForSafeLoad, type Context, type DriverPod, type NodeView } from '../view.ts';
import { cordonAgain } from './cordon.ts';
import { fail, pass, wait, type Outcome, type Phase } from './phase.ts';

/** `pod-restart-required`: the driver pod is replaced, or the driver held back by its init container is let go. */
export const podRestart: Phase = {
  state: 'pod-restart-required',
  event: (_, { policy }) => ({
    type: 'Normal',
    reason: 'DriverRestart',
    message:
      policy.drain === undefined
        ? 'Restarting the driver pod'
        : 'The node is drained: restarting the driver pod',
  }),
  run: (view, context) => {
    return awayTooLong(view, context) ?? restart(driverCondition(view), view, context);
  },
};

function restart(condition: DriverCondition, view: NodeView, context: Context): Outcome {
  switch (condition.kind) {
    case 'ready':
      return waitsForSafeLoad(view) ? removeLeftover(condition.pod, view, context) : pass;
    case 'failing':
      return { kind: 'fail', reason: driverFailure(condition.pod, condition.failure) };
    case 'outdated':
    case 'orphaned':
      return reload({ kind: 'restart-driver', pod: condition.pod }, view, context);
    case 'starting':
      return waitsForSafeLoad(view)
        ? reload(
            {
              kind: 'patch-node',
              change: { annotations: { [SAFE_LOAD_ANNOTATION]: null }, event: unblocked },
            },
            view,
            context,
          )
        : awaitDriver(condition, view, context);
    case 'unwanted':
    case 'unknown':
    case 'missing':
    case 'terminating':
      return awaitDriver(condition, view, context);
  }
}

/**
 * A pod that is Ready is past its init container: what that left on the node holds nobody back. But where the watch of pods is behind
 * that of nodes, this is how a new pod looks that waits in the place of the one that was Ready. Only a read made just now tells.
 */
function removeLeftover(pod: DriverPod, view: NodeView, context: Context): Outcome {
  if (!isFresh(view, context)) {
    return cordonAgain(view) ?? wait({ code: 'reading-pods', toSee: 'driver-ready' }, { workload: 'fresh' });
  }
  if (isFoundReady(pod, view)) return { kind: 'pass', annotations: without(view, SAFE_LOAD_ANNOTATION) };
  return awaitDriver({ kind: 'starting', pod }, view, context);
}

function isFoundReady({ uid }: DriverPod, { workload }: NodeView): boolean {
  return workload?.pods.some((pod) => pod.uid === uid && pod.ready && !pod.terminating) === true;
}

/** The driver may load any moment: whatever was scheduled here in the meantime would lose its network by it. */
function awaitDriver(condition: DriverCondition, view: NodeView, context: Context): Outcome {
  const wakeAt = driverWakeAt(condition, context);
  return (
    cordonAgain(view) ?? wait(driverWait(condition, view, context), wakeAt === undefined ? {} : { wakeAt })
  );
}

const unblocked = {
  type: 'Normal',
  reason: 'SafeLoadUnblocked',
  message: 'The node is cordoned and drained: letting the waiting driver load',
} as const;

/**
 * The one gate in front of everything that makes a driver load or unload: the node is cordoned, and, if the policy drains, a read
 * made just now shows nothing on it that the policy drains.
 *
 * This is the promise that the whole program exists for, whatever path a node has come by and whoever wrote its label.
 */
function reload(action: Action, view: NodeView, context: Context): Outcome {
  const uncordoned = cordonAgain(view);
  if (uncordoned !== undefined) return uncordoned;
  const { drain } = context.policy;
  if (drain !== undefined) {
    const occupied = view.workload === undefined ? undefined : emptyNode(drain, view, context);
    if (occupied !== undefined) return occupied;
    if (!isFresh(view, context)) {
      return wait({ code: 'reading-pods', toSee: 'empty' }, { workload: 'fresh' });
    }
  }
  return wait({ code: 'in-progress', step: 'restart-driver' }, { actions: [action] });
}

/** How old a read may be on which a driver is reloaded, in milliseconds: long enough for one write in between, no longer. */
const FRESH_FOR = 2000;

function isFresh({ workload }: NodeView, { now }: Context): boolean {
  return workload !== undefined && workload.asOf <= now && now - workload.asOf <= FRESH_FOR;
}

/** How long a node in the middle of its restart may be away, in milliseconds, before it frees its slot for others. */
const AWAY_FOR = 300_000;

function awayTooLong({ node }: NodeView, { now }: Context): Outcome | undefined {
  const { notReadySince: since } = node;
  if (since === undefined) return undefined;
  const at = since + AWAY_FOR;
  if (now < at) return wait({ code: 'node-not-ready', since, holds: 'restart', failsAt: at }, { wakeAt: at });
  return fail({ code: 'node-not-ready', since, holds: 'given-up', afterSeconds: AWAY_FOR / 1000 });
}

import type { PodRef, Reason } from '../reasons/index.ts';
import type { DriverCondition } from './driver-condition.ts';
import { driverFailure } from './driver-failure.ts';
import { isStuck, stuckFrom, terminatingPod } from './pods.ts';
import type { Context, DriverPod, NodeView } from './view.ts';

/** What is being waited for where there is nothing to do about the driver but wait. */
export function driverWait(
  condition: DriverCondition,
  { node, driver }: NodeView,
  { now }: Pick<Context, 'now'>,
): Reason {
  switch (condition.kind) {
    case 'unknown':
      return { code: 'driver-revision-unknown', daemonSet: driver.daemonSet };
    case 'missing':
      return { code: 'driver-missing', daemonSet: driver.daemonSet };
    case 'terminating': {
      const pod = terminatingPod(condition.pod);
      return isStuck(condition.pod, now)
        ? { code: 'driver-stuck-terminating', pod, nodeReady: node.notReadySince === undefined }
        : { code: 'driver-terminating', pod };
    }
    case 'starting':
      return comingUp(condition.pod);
    case 'failing':
      return driverFailure(condition.pod, condition.failure);
    default:
      return { code: 'in-progress', step: 'driver' };
  }
}

/** When something else is to be said of it though nothing has changed (milliseconds since the epoch). */
export function driverWakeAt(condition: DriverCondition, { now }: Pick<Context, 'now'>): number | undefined {
  const at = condition.kind === 'terminating' ? stuckFrom(condition.pod) : undefined;
  return at === undefined || at <= now ? undefined : at;
}

function comingUp({ namespace, name, waitsFor }: DriverPod): Reason {
  const pod: PodRef = { namespace, name };
  if (waitsFor === undefined) return { code: 'driver-starting', pod };
  if (waitsFor.kind === 'scheduler') return { code: 'driver-unscheduled', pod, says: waitsFor.says };
  const { kind, ...about } = waitsFor;
  return { code: kind === 'init' ? 'driver-init-waiting' : 'driver-starting', pod, ...about };
}

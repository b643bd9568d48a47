import { setTimeout as sleep } from 'node:timers/promises';
import type { Cast } from './stage.ts';
import type { FleetSnapshot } from './view/fleet.ts';

/** Ten frames a second are enough for the eye. */
const FRAME_MS = 100;
/** With so little to do for each node, nothing takes this long: in this machine's time and, whatever the speed, the cluster's. */
const STALLED_MS = 60_000;
const STALLED_CLUSTER_MS = 900_000;

/**
 * Shows the fleet again and again until it is as it is wanted.
 *
 * @throws Error that tells how every node stands if the operator ends, or if nothing moves any more
 */
export async function follow(
  cast: Cast,
  show: (snapshot: FleetSnapshot) => void,
  isReached: (snapshot: FleetSnapshot) => boolean,
): Promise<void> {
  const patience = Math.max(STALLED_MS, STALLED_CLUSTER_MS / cast.options.speed);
  let last = '';
  let movedAt = performance.now();
  for (;;) {
    const snapshot = cast.witness.snapshot();
    show(snapshot);
    if (isReached(snapshot)) return;
    const now = JSON.stringify(snapshot);
    if (now !== last) movedAt = performance.now();
    last = now;
    if (!cast.operator.isRunning) throw stuck(cast, snapshot, 'the operator has ended');
    if (performance.now() - movedAt > patience) throw stuck(cast, snapshot, 'nothing moves any more');
    await sleep(FRAME_MS);
  }
}

/** @throws Error if it takes longer than a minute of this machine's time */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const since = performance.now();
  while (!isSo()) {
    if (performance.now() - since > STALLED_MS) throw new Error(`${what}: not after ${STALLED_MS / 1000} s`);
    await sleep(FRAME_MS);
  }
}

function stuck({ operator }: Cast, { nodes }: FleetSnapshot, what: string): Error {
  const report = nodes
    .filter(({ state, driver }) => state !== 'upgrade-done' || driver !== 'new')
    .map(
      ({ name, state, driver, reason }) =>
        `${name}: ${state}, driver ${driver}, ${reason?.message ?? 'no reason'}`,
    );
  return new Error([what, ...report, "the operator's log:", operator.lastLog()].join('\n'));
}

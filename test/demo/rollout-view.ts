import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlane } from '../control-plane/index.ts';
import { rolloutReport, type OperatorProcess } from '../harness/index.ts';
import type { Display } from './display.ts';
import { isUpgraded, type FleetSnapshot } from './fleet.ts';
import type { FleetWatch } from './fleet-watch.ts';
import type { Rollout } from './frame.ts';

/** Ten frames a second are enough for the eye. */
const FRAME_MS = 100;
/** With so little to do for each node, nothing takes this long. */
const STALLED_MS = 60_000;

export interface Cast {
  readonly controlPlane: ControlPlane;
  readonly operator: OperatorProcess;
  readonly watch: FleetWatch;
  readonly display: Display;
}

/** Waits until the driver runs on every node. */
export async function showFirstRollout(cast: Cast): Promise<void> {
  await follow(cast, ({ nodes }) => {
    const ready = nodes.filter(({ driver }) => driver === 'new').length;
    cast.display.busy(`the driver is Ready on ${ready} of ${nodes.length} nodes`);
  });
}

/** Shows the upgrade until every node has the new driver. */
export async function showUpgrade(cast: Cast, rollout: Omit<Rollout, 'elapsedMs'>): Promise<void> {
  const started = performance.now();
  await follow(cast, (snapshot) => {
    const elapsedMs = performance.now() - started;
    cast.display.rollout(snapshot, cast.watch.takeSteps(), { ...rollout, elapsedMs });
  });
}

/**
 * Shows frame after frame until all is done.
 *
 * @throws Error that tells how every node stands if the operator ends, or if nothing moves any more
 */
async function follow(cast: Cast, show: (snapshot: FleetSnapshot) => void): Promise<void> {
  let last = '';
  let movedAt = performance.now();
  for (;;) {
    const snapshot = cast.watch.snapshot();
    show(snapshot);
    if (snapshot.nodes.every(isUpgraded)) return;
    const now = JSON.stringify(snapshot);
    if (now !== last) movedAt = performance.now();
    last = now;
    if (!cast.operator.isRunning) throw await stuck(cast, 'the operator has ended');
    if (performance.now() - movedAt > STALLED_MS) throw await stuck(cast, 'nothing moves any more');
    await sleep(FRAME_MS);
  }
}

async function stuck({ controlPlane, operator }: Cast, what: string): Promise<Error> {
  const report = await rolloutReport(controlPlane).catch(() => '');
  return new Error(`${what}\n${report}\nthe operator's log:\n${operator.lastLog(10)}`);
}

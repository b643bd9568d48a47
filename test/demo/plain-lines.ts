import { isInProgress } from '../../src/contract/states.ts';
import { isUpgraded, type FleetSnapshot } from './fleet.ts';
import type { NodeSteps } from './fleet-watch.ts';
import type { Rollout } from './frame.ts';
import { plural } from './text.ts';

/** Nodes that went through the same states share a line, up to so many. */
const NAMES = 6;

/** ` 12.3 s  node-07 node-08  cordon-required, wait-for-jobs-required, drain-required` */
export function stepLines(steps: readonly NodeSteps[], elapsedMs: number): readonly string[] {
  const byStates = new Map<string, string[]>();
  for (const { name, states } of steps) {
    const passed = states.slice(1).join(', ');
    const names = byStates.get(passed);
    if (names === undefined) byStates.set(passed, [name]);
    else names.push(name);
  }
  return [...byStates].map(([passed, names]) => {
    const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : '';
    return `${clock(elapsedMs)}  ${names.sort().slice(0, NAMES).join(' ')}${more}  ${passed}`;
  });
}

/** How far the rollout is, and what one of the nodes in progress waits for. */
export function progressLine(snapshot: FleetSnapshot, { elapsedMs, parallel }: Rollout): string {
  const { nodes, evicted } = snapshot;
  const begun = nodes.filter(({ state }) => isInProgress(state));
  const limit = parallel === 0 ? '' : ` of at most ${parallel}`;
  const waits = begun.find(({ reason }) => reason !== undefined);
  return [
    `${clock(elapsedMs)}  ${nodes.filter(isUpgraded).length}/${nodes.length} upgraded`,
    `${begun.length}${limit} in progress`,
    `${plural(evicted, 'pod')} evicted`,
    ...(waits?.reason === undefined ? [] : [`${waits.name} ${waits.reason}`]),
  ].join(', ');
}

function clock(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1).padStart(6)} s`;
}

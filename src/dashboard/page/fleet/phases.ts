import { UPGRADE_STATES, type UpgradeState } from '../../../contract/states.ts';
import type { NodeRecord } from '../../wire.ts';

/** A stretch of time that a node was in one state. Times are in milliseconds since the epoch. */
export interface Segment {
  readonly state: UpgradeState;
  readonly from: number;
  readonly to: number;
  /** It goes on. */
  readonly open: boolean;
}

/** Of the states, those in which nothing is done about a node. */
const RESTING: ReadonlySet<UpgradeState> = new Set<UpgradeState>(['upgrade-required', 'upgrade-done']);

/** The phases of a node's upgrade; without its wait before, and its rest after. */
export function segmentsOf({ phases }: NodeRecord, seenSince: number, now: number): readonly Segment[] {
  return phases.flatMap(([index, at], place) => {
    const state = UPGRADE_STATES[index];
    if (state === undefined || RESTING.has(state)) return [];
    const end = phases[place + 1]?.[1];
    const from = seenSince + at;
    return [
      { state, from, to: end === undefined ? Math.max(now, from) : seenSince + end, open: end === undefined },
    ];
  });
}

/** When the upgrade of a node began, in milliseconds after the operator began to look; undefined: it has not. */
export function startOf({ phases }: NodeRecord): number | undefined {
  const first = phases.find(([index]) => {
    const state = UPGRADE_STATES[index];
    return state !== undefined && !RESTING.has(state);
  });
  return first?.[1];
}

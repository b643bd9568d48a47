import type { Random } from '../random.ts';
import { FAULTS, type FaultBurst, type Incident } from '../scenario.ts';
import { TROUBLES, VERSIONS } from './fixed.ts';
import { happening, type Cast } from './happenings.ts';

/** A rollout, and what happens in the midst of it. Troubles seldom come alone: one in three follows on the heels of another. */
export function generateIncidents(random: Random, cast: Cast): readonly Incident[] {
  const incidents: Incident[] = [{ at: random.int(5_000, 15_000), kind: 'version', version: VERSIONS[0] }];
  const count = random.chance(0.1) ? 0 : random.int(1, 12);
  for (let index = 0; index < count; index += 1) {
    const own = random.fork(String(index));
    const at = own.chance(0.35) ? own.pick(incidents).at + own.int(0, 4_000) : own.int(1_000, TROUBLES);
    incidents.push({ at, ...happening(own, cast) });
  }
  return incidents.sort((a, b) => a.at - b.at);
}

/** What goes wrong with calls and watches, half of it about the time when something happens. */
export function generateFaults(random: Random, incidents: readonly Incident[]): readonly FaultBurst[] {
  const count = random.chance(0.2) ? 0 : random.int(1, 5);
  return Array.from({ length: count }, (_, index) => {
    const own = random.fork(String(index));
    const from = own.chance(0.5)
      ? Math.max(0, own.pick(incidents).at - own.int(0, 5_000))
      : own.int(0, TROUBLES);
    return {
      from,
      until: from + Math.round(own.around(20_000)) + 1_000,
      fault: own.pick(FAULTS),
      rate: own.pick([0.02, 0.1, 0.3, 0.8]),
    };
  });
}

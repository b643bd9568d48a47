import type { Random } from '../../cluster/memory/random.ts';
import type { NodeState } from '../../contract/states.ts';
import {
  FAULTS,
  type Fault,
  type FaultBurst,
  type Happening,
  type Incident,
  type Moment,
} from '../scenario.ts';
import { TROUBLES, VERSIONS } from './fixed.ts';
import { happening, type Cast } from './happenings.ts';

/** A rollout, and what happens in the midst of it. Troubles seldom come alone: one in three follows on the heels of another. */
export function generateIncidents(random: Random, cast: Cast): readonly Incident[] {
  const incidents: Incident[] = [{ at: random.int(5_000, 15_000), kind: 'version', version: VERSIONS[0] }];
  const count = random.chance(0.1) ? 0 : random.int(1, 12);
  for (let index = 0; index < count; index += 1) {
    const own = random.fork(String(index));
    const at = own.chance(0.35) ? own.pick(incidents).at + own.int(0, 4_000) : own.int(1_000, TROUBLES);
    const what = happening(own, cast);
    const waits = 'node' in what && own.chance(0.5);
    // What waits for a node to come to a state waits while there is a rollout.
    incidents.push(waits ? { at: Math.round(at / 3), when: moment(own, what), ...what } : { at, ...what });
    // What is asked for while nobody is there to take it up.
    if (what.kind === 'controllers-pause' && own.chance(0.6)) {
      incidents.push({ at: at + own.int(0, 3_000), kind: 'version', version: own.pick(VERSIONS) });
    }
  }
  return incidents.sort((a, b) => a.at - b.at);
}

/** Those that nodes come to by themselves; twice, where more than one way leads on. */
const STATES: readonly NodeState[] = [
  ...(['upgrade-required', 'upgrade-required', 'cordon-required', 'wait-for-jobs-required'] as const),
  ...(['drain-required', 'pod-restart-required', 'pod-restart-required'] as const),
  ...(['uncordon-required', 'upgrade-done', 'upgrade-done', 'upgrade-failed'] as const),
];

/** Where some deeds meet the operator in the middle of what they are about. */
const AIMED: Readonly<Partial<Record<Happening['kind'], readonly NodeState[]>>> = {
  'delete-driver-pod': ['wait-for-jobs-required', 'drain-required', 'drain-required', 'upgrade-done'],
  'force-delete-pods': ['drain-required'],
  'cordon-by-tool': ['upgrade-required', 'upgrade-required', 'cordon-required', 'upgrade-done'],
};

/** In the short time in which the operator writes the next state, or a little later. */
function moment(random: Random, { kind }: Happening): Moment {
  const state = random.pick(random.chance(0.7) ? (AIMED[kind] ?? STATES) : STATES);
  return { state, after: random.pick([0, 3, 6, 10, 15, 50, 1_000, 5_000]) };
}

/** News that is late, and calls that are long on their way, bring to light more than calls that fail. */
const MIXED: readonly Fault[] = [...FAULTS, 'watch-frozen', 'watch-frozen', 'slow', 'slow'];

/** What goes wrong with calls and watches, half of it about the time when something happens. */
export function generateFaults(random: Random, incidents: readonly Incident[]): readonly FaultBurst[] {
  const count = random.chance(0.2) ? 0 : random.int(1, 5);
  return Array.from({ length: count }, (_, index) => {
    const own = random.fork(String(index));
    const from = own.chance(0.5)
      ? Math.max(0, own.pick(incidents).at - own.int(0, 2_000))
      : own.int(0, TROUBLES);
    return {
      from,
      until: from + Math.round(own.around(20_000)) + 1_000,
      fault: own.pick(MIXED),
      ...(own.chance(0.5) ? {} : { resource: own.pick(['pods', 'nodes', 'daemonsets'] as const) }),
      rate: own.pick([0.02, 0.1, 0.3, 0.8]),
    };
  });
}

import type { Tolerance } from '../../invariants/index.ts';
import { LONGEST_FREEZE } from '../faults/faulty-watch.ts';
import type { Fault, Incident, Scenario } from '../scenario.ts';

/** Milliseconds until nothing bad begins, or goes on, any more. */
export function troublesEndOf({ incidents, faults }: Scenario): number {
  return Math.max(
    60_000,
    ...incidents.map((incident) => incident.at + durationOf(incident)),
    ...faults.map(({ until }) => until),
  );
}

function durationOf(incident: Incident): number {
  // A driver that does not work, or a machine that is away, may stay so until it is mended.
  if (incident.kind === 'not-ready') return Math.min(incident.forMs, 60_000);
  // Asleep, the operator looks as if it had nothing to do.
  if (incident.kind === 'pause') return incident.forMs;
  return 'backAfter' in incident ? incident.backAfter : 0;
}

/** How long it may take, in milliseconds, until a call or a watch that failed is tried again. */
const RECONNECTING = 45_000;

/** By these a watch may be behind, or the answer to a read under way, for longer than usual. */
const BEHIND: Readonly<Partial<Record<Fault, number>>> = {
  'watch-frozen': LONGEST_FREEZE,
  'watch-dropped': RECONNECTING,
  'watch-ended': RECONNECTING,
  'watch-gone': RECONNECTING,
  refused: RECONNECTING,
  timeout: 30_000 + RECONNECTING,
  'answer-lost': RECONNECTING,
  'late-answer': 30_000 + RECONNECTING,
  throttled: RECONNECTING,
  'server-error': RECONNECTING,
  'server-error-applied': RECONNECTING,
  slow: RECONNECTING,
};

/** How old news may be in this run, and how long a deed may be on its way: nobody can act on what they cannot have heard. */
export function toleranceOf({ incidents, faults }: Scenario): Tolerance {
  const pause = Math.max(0, ...incidents.map((incident) => (incident.kind === 'pause' ? incident.forMs : 0)));
  const cutOff = incidents.some(({ kind }) => kind === 'api-server-restart') ? RECONNECTING : 0;
  const unheard = incidents.map((incident) => ('unheardFor' in incident ? incident.unheardFor : 0));
  const behind = Math.max(cutOff, ...unheard, ...faults.map(({ fault }) => BEHIND[fault] ?? 0));
  const slow = faults.some(({ fault }) => fault === 'slow') ? 40_000 : 0;
  const restart = incidents.some(({ kind }) => kind.startsWith('kill') || kind === 'stop') ? 1_000 : 0;
  const clockMs = incidents.reduce(
    (sum, incident) => sum + (incident.kind === 'clock' ? Math.abs(incident.byMs) : 0),
    0,
  );
  return { watchMs: 500 + pause + behind + restart, readMs: 300 + pause + slow, clockMs };
}

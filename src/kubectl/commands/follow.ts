import { sleep } from '../../cluster/clock.ts';
import { assess } from '../assess/assess.ts';
import { LiveScene } from '../gather/live-scene.ts';
import { statusReport, type StatusReport } from '../report/status-report.ts';
import { progressLine } from '../render/progress-line.ts';
import { renderStatus } from '../render/status.ts';
import { STATUS, type Session } from '../session.ts';
import { Canvas } from '../terminal/canvas.ts';
import { printable } from '../terminal/printable.ts';

interface FollowOptions {
  /** Ends when the rollout has. */
  readonly untilEnd: boolean;
  /** Ends after this time, in milliseconds. */
  readonly timeout?: number;
}

/** How often it is shown anew at the most, and at the least, as times go by: in milliseconds. */
const SOONEST = 250;
const LATEST = 1000;

/** Shows the rollout as it goes on: on a terminal in place, elsewhere a line for each change. Resolves to the exit status. */
export async function followRollout(session: Session, options: FollowOptions): Promise<number> {
  const over = new AbortController();
  const signal = AbortSignal.any([session.access.signal, over.signal]);
  try {
    return await follow({ ...session, access: { ...session.access, signal } }, options);
  } finally {
    // The watches would go on for ever, and the program with them.
    over.abort();
  }
}

async function follow(session: Session, { untilEnd, timeout = Infinity }: FollowOptions): Promise<number> {
  const { access, random, terminal } = session;
  const { clock, signal } = access;
  const end = clock.monotonic() + timeout;
  const live = new LiveScene(access, random, (error) => {
    terminal.err(`warning: ${error.message}; trying again\n`);
  });
  await live.begin();
  const show = shower(session);
  while (!signal.aborted) {
    const { scene } = live;
    const report = statusReport(assess(scene));
    show(printable(report), scene.now);
    if (untilEnd && (report.phase === 'finished' || report.phase === 'stopped'))
      return report.phase === 'finished' ? STATUS.ok : STATUS.no;
    if (clock.monotonic() >= end) {
      terminal.err('error: the rollout has not ended in time\n');
      return STATUS.no;
    }
    await nextLook(live, session);
  }
  return untilEnd ? STATUS.interrupted : STATUS.ok;
}

/** Waits for something to have changed, or for a second. */
async function nextLook(live: LiveScene, { access: { clock, signal } }: Session): Promise<void> {
  await sleep(clock, SOONEST, signal);
  const changed = new AbortController();
  live.onChange(() => {
    changed.abort();
  });
  await sleep(clock, LATEST - SOONEST, AbortSignal.any([changed.signal, signal]));
}

function shower({ terminal, print, style }: Session): (report: StatusReport, now: number) => void {
  const { size } = terminal.look;
  if (size !== undefined) {
    const canvas = new Canvas(terminal.out, size);
    return (report, now) => {
      canvas.draw(renderStatus(report, now, style()));
    };
  }
  let last = '';
  return (report, now) => {
    const line = progressLine(report);
    if (line !== last) print([`${new Date(now).toISOString().slice(11, 19)}Z  ${line}`]);
    last = line;
  };
}

import { writeFileSync } from 'node:fs';
import { progressToStderr, startProgress } from '../../test/control-plane/progress.ts';
import type { OutputFormat } from '../options.ts';
import { describeMachine, thisMachine } from './machine.ts';

export interface Publishing {
  readonly output: OutputFormat;
  /** Undefined: figures are not kept. */
  readonly save?: string | undefined;
}

/** What a benchmark has found. */
export interface Findings {
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly figures: unknown;
}

const EVERY_MS = 5000;

/** Runs a benchmark, says how far it is, and prints and keeps what it has found, with what it was found on. */
export async function publish(
  { output, save }: Publishing,
  options: object,
  benchmark: (say: (what: string) => void) => Promise<Findings>,
): Promise<void> {
  const machine = thisMachine();
  const progress = startProgress(progressToStderr());
  const { text, figures } = await benchmark(
    unlessJustSaid((what) => {
      progress.say(what);
    }),
  ).finally(() => {
    progress.stop();
  });
  const json = `${JSON.stringify({ time: new Date().toISOString(), machine, options, figures }, null, 2)}\n`;
  if (save !== undefined) writeFileSync(save, json);
  console.log(output === 'json' ? json.trimEnd() : `${text}\n\n${describeMachine(machine)}`);
}

/** Lets through what is new in kind at once, and how far it has come by numbers only now and then. */
function unlessJustSaid(say: (what: string) => void): (what: string) => void {
  let last = { kind: '', at: 0 };
  return (what) => {
    const kind = what.replaceAll(/\d+/g, '');
    const now = Date.now();
    if (kind === last.kind && now - last.at < EVERY_MS) return;
    last = { kind, at: now };
    say(what);
  };
}

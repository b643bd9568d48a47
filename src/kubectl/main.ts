import { createInterface } from 'node:readline/promises';
import { systemClock } from '../cluster/clock.ts';
import { connect } from './connect.ts';
import { execute } from './program.ts';
import { STATUS, type Surroundings } from './session.ts';
import { lookFor, type Terminal } from './terminal/terminal.ts';

const { stdin, stdout, stderr, env } = process;

function terminal(): Terminal {
  const size = (): { columns: number; rows: number } => ({ columns: stdout.columns, rows: stdout.rows });
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    look: lookFor({ env, isTerminal: stdout.isTTY, size }),
    ask: stdin.isTTY && stderr.isTTY ? ask : undefined,
  };
}

/** On the standard error: the standard output may go elsewhere. */
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** The first interruption ends what is under way, a second one the program. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(STATUS.interrupted);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

async function main(): Promise<number> {
  const surroundings: Surroundings = {
    connect,
    terminal: terminal(),
    clock: systemClock,
    random: Math.random,
    signal: interruption(),
  };
  return await execute(process.argv.slice(2), surroundings);
}

// Whoever reads the output, `head` say, may have read enough.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(STATUS.ok);
  throw error;
});
void main().then(
  (status) => {
    // What has been written may still be on its way through a pipe.
    process.exitCode = status;
  },
  (error: unknown) => {
    stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(STATUS.no);
  },
);

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built program; `npm run build` makes it. */
export const PROGRAM = fileURLToPath(new URL('../../dist/ofed-operator.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What ends with this process. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** The program as a child process, its output in a file. It ends with this process. */
export interface Running {
  readonly pid: number;
  /** Resolves when it has ended, for whatever reason; never rejects. */
  readonly ended: Promise<Ended>;
  /** How it ended, if it has. */
  readonly end: Ended | undefined;
  signal(name: NodeJS.Signals): void;
}

export interface StartRequest {
  /** Flags of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Its output is added to what is there. */
  readonly logFile: string;
}

/** Runs the built program with Node. */
export function startProgram({ nodeArgs = [], args, ...request }: StartRequest): Running {
  return startCommand(process.execPath, { ...request, args: [...nodeArgs, PROGRAM, ...args] });
}

/** Runs any program. Nothing of this process's own cluster access reaches it. */
export function startCommand(
  command: string,
  { args, env, logFile }: Omit<StartRequest, 'nodeArgs'>,
): Running {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
  });
  closeSync(log);
  return follow(child);
}

/** @returns how it ended, or undefined if it still runs after so many milliseconds */
export function endsWithin(running: Running, milliseconds: number): Promise<Ended | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
    }, milliseconds);
    void running.ended.then((end) => {
      clearTimeout(timer);
      resolve(end);
    });
  });
}

/** The lines of a log, for people; the last ones. */
export function lastLines(logFile: string, count = 20): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '(no log)';
  }
}

function follow(child: ChildProcess): Running {
  let end: Ended | undefined;
  children.add(child);
  const ended = new Promise<Ended>((resolve) => {
    const done = (how: Ended): void => {
      end = how;
      children.delete(child);
      resolve(how);
    };
    child.once('exit', (code, signal) => {
      done({ code, signal });
    });
    child.once('error', () => {
      done({ code: null, signal: null });
    });
  });
  return {
    pid: child.pid ?? -1,
    ended,
    get end() {
      return end;
    },
    signal: (name) => {
      child.kill(name);
    },
  };
}

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that runs, as it is written down so that another process can end it. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Its command line holds both of these; a process that does not have them has got the same id by chance. */
  readonly program: string;
  readonly directory: string;
}

export interface SpawnRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a program in the background, its output added to a log file. It outlives this process unless somebody ends it.
 *
 * @returns its process id
 */
export function spawnProcess({ program, args, directory, logFile, env }: SpawnRequest): number {
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(program, args, {
      cwd: directory,
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    });
    // What cannot be executed has no process id, and says so once more by this event.
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`${program} cannot be executed`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** Whether the process still runs and still is that program: ids are used again. */
export function isRunning(process: RunningProcess): boolean {
  const commandLine = commandLineOf(process.pid);
  if (commandLine === '') return isBeginning(process.pid);
  return commandLine.includes(process.program) && commandLine.includes(process.directory);
}

/**
 * Whether a process without a command line has none yet, and is neither a zombie, whose parent has not read its end, nor the kernel's.
 * A large program may have been asked to execute, and say that it does, before the kernel has written down with which arguments.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function isBeginning(pid: number): boolean {
  const [state = '', parent = ''] = statOf(pid).split(') ').at(-1)?.split(' ') ?? [];
  const isKernels = parent === '0' || parent === '2';
  return /^[RSD]$/.test(state) && !isKernels;
}

function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

/** Ends processes at once and waits until they are gone. What they would have saved is thrown away with their folder anyway. */
export async function endProcesses(processes: readonly RunningProcess[]): Promise<void> {
  for (const each of processes) signalProcess(each, 'SIGKILL');
  const deadline = Date.now() + 10_000;
  for (const each of processes) {
    while (isRunning(each)) {
      if (Date.now() > deadline) throw new Error(`${each.name} (pid ${each.pid}) does not end`);
      await sleep(10);
    }
  }
}

/** Sends a signal to a process, if it still is what it was started as. */
export function signalProcess(target: RunningProcess, signal: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

function commandLineOf(pid: number): string {
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** The last lines of a log, for a message about a program that failed. */
export function tail(logFile: string, lines = 15): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}

import { eventually } from './eventually.ts';
import { endProcesses, isRunning, signalProcess, spawnProcess, tail } from './processes.ts';
import type { RunningProcess } from './processes.ts';
import * as programs from './programs.ts';
import { file } from './programs.ts';
import { writeState } from './state-file.ts';
import type { Binaries, Service } from './versions.ts';

const START_TIMEOUT_MS = 60_000;

/** Starts and ends the programs of one control plane, and writes down which run, so that another process can end them. */
export class ProgramRunner {
  readonly server: string;
  readonly #layout: programs.Layout;
  readonly #binaries: Binaries;
  readonly #startedAt = new Date().toISOString();
  readonly #running = new Map<Service, RunningProcess>();

  constructor(layout: programs.Layout, binaries: Binaries) {
    this.server = `https://127.0.0.1:${layout.apiPort}`;
    this.#layout = layout;
    this.#binaries = binaries;
  }

  /** @throws Error if the program cannot be executed; use {@link until} to learn whether it does its work */
  start(name: Service): void {
    const { directory } = this.#layout;
    const program = this.#binaries[name];
    const pid = spawnProcess({
      program,
      args: programs.argumentsOf(name, this.#layout),
      directory,
      logFile: file.log(directory, name),
      env: programs.environmentOf(directory),
    });
    this.#running.set(name, { name, pid, program, directory });
    writeState({
      directory,
      server: this.server,
      startedAt: this.#startedAt,
      processes: [...this.#running.values()],
    });
  }

  /** @throws Error with the end of the program's log if it ends, or if `check` is not true in time */
  async until(name: Service, check: () => Promise<boolean>): Promise<void> {
    const result = await eventually(
      async () => (this.#hasEnded(name) ? 'ended' : (await check()) && 'ready'),
      {
        what: `${name} to be ready`,
        timeoutMs: START_TIMEOUT_MS,
        intervalMs: 30,
      },
    ).catch((error: unknown) => {
      throw this.#failure(`${name} is not ready after ${START_TIMEOUT_MS / 1000} s`, name, error);
    });
    if (result === 'ended') throw this.#failure(`${name} ended`, name);
  }

  /** Ends one program at once. */
  async end(name: Service): Promise<void> {
    const running = this.#running.get(name);
    if (running !== undefined) await endProcesses([running]);
  }

  /** Tells one program to end (SIGTERM) and waits until it has. @throws Error if that takes long */
  async endInOrder(name: Service): Promise<void> {
    this.signal(name, 'SIGTERM');
    await eventually(() => this.#hasEnded(name), {
      what: `${name} to end`,
      timeoutMs: START_TIMEOUT_MS,
      intervalMs: 10,
    });
  }

  /** Sends a signal to one program. Does nothing if it does not run. */
  signal(name: Service, signal: NodeJS.Signals): void {
    const running = this.#running.get(name);
    if (running !== undefined) signalProcess(running, signal);
  }

  /** Ends all, the last started first, so that no program fills its log with complaints about another. */
  async endAll(): Promise<void> {
    await endProcesses([...this.#running.values()].reverse());
  }

  pids(): Readonly<Partial<Record<Service, number>>> {
    return Object.fromEntries(
      [...this.#running.values()].filter(isRunning).map(({ name, pid }) => [name, pid]),
    );
  }

  #hasEnded(name: Service): boolean {
    const running = this.#running.get(name);
    return running === undefined || !isRunning(running);
  }

  #failure(what: string, name: Service, cause?: unknown): Error {
    const log = tail(file.log(this.#layout.directory, name));
    return new Error(`${what}; the end of its log:\n${log}`, { cause });
  }
}

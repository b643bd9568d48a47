import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { operatorAccess } from '../../src/cli/manifests/rbac.ts';
import { renderCrd } from '../../src/contract/crd.ts';
import { DEFAULT_NAMESPACE } from '../../src/contract/keys.ts';
import type { ApiObject } from '../../src/kubernetes/objects.ts';
import { usageFrom, type Usage } from './usage.ts';

/** The built program; `npm run build` makes it. */
const PROGRAM = fileURLToPath(new URL('../../dist/ofed-operator.mjs', import.meta.url));
const INIT_IMAGE = 'registry.example/ofed-operator:demo';
const LOOK_MS = 50;
const START_MS = 20_000;
const STOP_MS = 3000;
const LOG_LINES = 10;

/** The operator, running as a process of its own. */
export interface OperatorProcess {
  readonly pid: number;
  readonly isRunning: boolean;
  /** Where its dashboard is. */
  readonly dashboard: string;
  /** What it has asked of the API server since it started, by its own metrics. */
  usage(): Promise<Usage>;
  /** The last lines of its log, for a message about a failure. */
  lastLog(): string;
  /** Tells it to end, and ends it if it does not. */
  stop(): Promise<void>;
}

/** What `ofed-operator manifests` prints for it, but the Deployment: the process takes its place. */
export function operatorManifests(): readonly ApiObject[] {
  return [renderCrd(), ...operatorAccess(DEFAULT_NAMESPACE)];
}

export interface StartOptions {
  readonly kubeconfig: string;
  /** Where its log goes. */
  readonly directory: string;
}

/**
 * Starts the built program and waits until it is ready.
 *
 * @throws Error with the end of its log if it does not start
 */
export async function startOperator({ kubeconfig, directory }: StartOptions): Promise<OperatorProcess> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: run "npm run build"`);
  const logFile = join(directory, 'operator.log');
  const log = openSync(logFile, 'a', 0o600);
  const args = [
    ...[PROGRAM, 'run', '--kubeconfig', kubeconfig, '--init-image', INIT_IMAGE],
    ...['--metrics-address', '127.0.0.1:0', '--dashboard-address', '127.0.0.1:0'],
  ];
  // Nothing of this process's own access to a cluster reaches it.
  const env = { PATH: process.env['PATH'], HOME: directory };
  const child = spawn(process.execPath, args, { stdio: ['ignore', log, log], env });
  closeSync(log);
  const running = new Running(child, logFile);
  try {
    await running.ready();
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

class Running implements OperatorProcess {
  readonly #child: ChildProcess;
  readonly #logFile: string;
  readonly #ended: Promise<void>;
  #isRunning = true;
  #url = '';

  constructor(child: ChildProcess, logFile: string) {
    this.#child = child;
    this.#logFile = logFile;
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', kill);
    this.#ended = new Promise((resolve) => {
      const over = (): void => {
        this.#isRunning = false;
        process.off('exit', kill);
        resolve();
      };
      child.once('exit', over);
      child.once('error', over);
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get dashboard(): string {
    return `${this.#urlOf('dashboard') ?? ''}/`;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** @throws Error if it ends, or takes too long */
  async ready(): Promise<void> {
    const since = performance.now();
    while (!(await this.#isReady())) {
      if (!this.#isRunning) throw new Error(`the operator ended at once:\n${this.lastLog()}`);
      if (performance.now() - since > START_MS)
        throw new Error(`the operator is not ready after ${START_MS / 1000} s:\n${this.lastLog()}`);
      await sleep(LOOK_MS);
    }
  }

  async usage(): Promise<Usage> {
    const response = await fetch(`${this.#url}/metrics`);
    return usageFrom(await response.text());
  }

  lastLog(): string {
    return this.#log().trimEnd().split('\n').slice(-LOG_LINES).join('\n');
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  async #isReady(): Promise<boolean> {
    const url = this.#urlOf('metrics');
    if (url === undefined) return false;
    this.#url = url;
    return fetch(`${this.#url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Where it serves something, as its log says. */
  #urlOf(what: 'metrics' | 'dashboard'): string | undefined {
    const port = new RegExp(`"${what}":\\{[^}]*"port":(\\d+)`).exec(this.#log())?.[1];
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }

  #log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }
}

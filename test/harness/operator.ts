import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_NAMESPACE } from '../../src/contract/keys.ts';
import { eventually, type ControlPlane } from '../control-plane/index.ts';
import { endsWithin, lastLines, PROGRAM, startProgram, type Ended, type Running } from './program.ts';

/** The ServiceAccount that `ofed-operator manifests` makes. */
const ACCOUNT = 'ofed-operator';

/** How long the operator may take to end when told to. */
const STOP_MS = 5000;

export interface OperatorOptions {
  /** Added to `run` and what it must have. */
  readonly args?: readonly string[];
  /** Flags of Node itself: `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** By which it is known among several, as a pod by its name: it keeps it when it is started again. Default: one of its own. */
  readonly identity?: string;
  /** Default: a file in the control plane's directory. */
  readonly logFile?: string;
  readonly namespace?: string;
  /** The driver pods' init container. */
  readonly initImage?: string;
  /** False: the manifests are applied already. */
  readonly install?: boolean;
}

/** A line of the operator's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

/** The operator, running as a process of its own under its own permissions. */
export interface OperatorProcess {
  readonly pid: number;
  /** By which it is known among several. */
  readonly identity: string;
  readonly logFile: string;
  /** The name under which the API server's audit log has its requests. */
  readonly user: string;
  readonly isRunning: boolean;
  /** Everything that it logged since the first start. */
  log(): readonly LogLine[];
  /** The last lines of its log, as they are, for a message about a failure. */
  lastLog(lines?: number): string;
  /**
   * Tells it to end (SIGTERM). Does nothing if it has ended.
   *
   * @throws Error with the end of its log if it takes longer than five seconds
   */
  stop(): Promise<Ended>;
  /** Ends it at once (SIGKILL), as a node failure would. */
  kill(): Promise<Ended>;
  /** Has it stand still (SIGSTOP), as a machine that is out of breath would. */
  pause(): void;
  /** Has it go on (SIGCONT). */
  resume(): void;
  /** Ends it, by `stop` unless told otherwise, and starts it again with the same options. */
  restart(how?: 'stop' | 'kill'): Promise<void>;
}

/**
 * Applies the operator's own manifests and runs the built program under the permissions that they give.
 *
 * @throws Error with the end of its log if it does not start
 */
export async function startOperator(
  controlPlane: ControlPlane,
  options: OperatorOptions = {},
): Promise<OperatorProcess> {
  const namespace = options.namespace ?? DEFAULT_NAMESPACE;
  if (options.install !== false) await installOperator(controlPlane, namespace);
  const kubeconfig = await controlPlane.kubeconfigFor({ namespace, name: ACCOUNT });
  const identity = options.identity ?? freshIdentity();
  const logFile = options.logFile ?? join(controlPlane.directory, `${identity}.log`);
  const env = { POD_NAME: identity, ...options.env };
  const start = (): Promise<Running> => startAndWait({ ...options, env, namespace, logFile }, kubeconfig);
  const user = `system:serviceaccount:${namespace}:${ACCOUNT}`;
  return handle(await start(), { start, identity, logFile, user });
}

/** Applies what `ofed-operator manifests` prints, but the Deployment: the process takes its place. */
export async function installOperator(
  controlPlane: ControlPlane,
  namespace = DEFAULT_NAMESPACE,
): Promise<void> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: run "npm run build"`);
  const args = [PROGRAM, 'manifests', '--only', 'crd,rbac', '--namespace', namespace];
  const stdin = execFileSync(process.execPath, args, { encoding: 'utf8' });
  await controlPlane.kubectlWith({ stdin }, 'apply', '--server-side', '-f', '-');
  await controlPlane.kubectl(
    ...['wait', '--for=condition=Established', '--timeout=30s', 'crd/nicclusterpolicies.mellanox.com'],
  );
}

interface Parts {
  readonly start: () => Promise<Running>;
  readonly identity: string;
  readonly logFile: string;
  readonly user: string;
}

function handle(first: Running, { start, identity, logFile, user }: Parts): OperatorProcess {
  let running = first;
  const stop = async (): Promise<Ended> => {
    running.signal('SIGTERM');
    const end = await endsWithin(running, STOP_MS);
    if (end !== undefined) return end;
    running.signal('SIGKILL');
    throw new Error(`the operator did not end within ${STOP_MS / 1000} s:\n${lastLines(logFile)}`);
  };
  const kill = (): Promise<Ended> => {
    running.signal('SIGKILL');
    return running.ended;
  };
  return {
    get pid() {
      return running.pid;
    },
    get isRunning() {
      return running.end === undefined;
    },
    identity,
    logFile,
    user,
    log: () => readFileSync(logFile, 'utf8').split('\n').filter(Boolean).map(logLine),
    lastLog: (lines) => lastLines(logFile, lines),
    stop,
    kill,
    pause: () => {
      running.signal('SIGSTOP');
    },
    resume: () => {
      running.signal('SIGCONT');
    },
    restart: async (how = 'stop') => {
      await (how === 'stop' ? stop() : kill());
      running = await start();
    },
  };
}

/** It is there once it has said something. */
async function startAndWait(
  options: OperatorOptions & { readonly namespace: string; readonly logFile: string },
  kubeconfig: string,
): Promise<Running> {
  const {
    namespace,
    logFile,
    initImage = 'registry.example/ofed-operator:test',
    args = [],
    nodeArgs = [],
    env = {},
  } = options;
  const before = existsSync(logFile) ? readFileSync(logFile).length : 0;
  const required = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--init-image', initImage];
  const running = startProgram({ nodeArgs, args: ['run', ...required, ...args], env, logFile });
  await eventually(() => running.end !== undefined || readFileSync(logFile).length > before, {
    what: 'the operator to start',
    timeoutMs: 15_000,
  });
  if (running.end === undefined) return running;
  throw new Error(`the operator ended at once (${JSON.stringify(running.end)}):\n${lastLines(logFile)}`);
}

let started = 0;

/** Several operators of one control plane have names, and log files, of their own. */
function freshIdentity(): string {
  started += 1;
  return `operator-${started}`;
}

function logLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { msg: text };
  }
}

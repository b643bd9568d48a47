import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/cluster/clock.ts';
import { createApiServer } from '../../src/cluster/memory/api/api-server.ts';
import type { ApiServer } from '../../src/cluster/memory/api/types.ts';
import { startMachines, type BehaviourOf } from '../../src/cluster/memory/machines/index.ts';
import { serveCluster } from '../../src/cluster/memory/server/index.ts';
import { findBinaries } from '../control-plane/binaries.ts';
import { randomFrom } from './random.ts';

/** What kubectl said, and how it ended. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** A kubectl that is under way. */
export interface Running {
  /** All that it has said so far. */
  readonly text: string;
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<Said>;
  stop(): void;
}

export interface EmbeddedCluster {
  readonly api: ApiServer;
  /** Runs kubectl to its end. @returns its output @throws Error with what it said if it fails */
  kubectl(...args: readonly string[]): Promise<string>;
  /** `kubectl ARGS -f -`. */
  kubectlWith(stdin: string, ...args: readonly string[]): Promise<string>;
  /** What a kubectl says that fails. @throws Error if it does not fail */
  refusal(stdin: string, ...args: readonly string[]): Promise<string>;
  /** Starts kubectl and does not wait for its end. */
  start(...args: readonly string[]): Running;
  stop(): Promise<void>;
}

/** A cluster in memory, in this process, at the pace of real time, with controllers and kubelets, and kubectl for it. */
export async function startEmbeddedCluster(
  nodes: readonly string[],
  behaviourOf: BehaviourOf,
): Promise<EmbeddedCluster> {
  const random = randomFrom(1);
  const api = createApiServer({ clock: systemClock, random });
  const machines = startMachines({ api, random, behaviourOf });
  for (const name of nodes) machines.addNode({ name, labels: { 'node-role.kubernetes.io/worker': '' } });
  const server = await serveCluster({ api, token: 'token-of-the-kubectl-tests' });
  const directory = mkdtempSync(join(tmpdir(), 'embedded-kubectl-'));
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig(), { mode: 0o600 });
  const underWay = new Set<Running>();

  const start = (stdin: string, args: readonly string[]): Running => {
    const running = startKubectl(directory, kubeconfig, { stdin, args });
    underWay.add(running);
    void running.ended.then(() => underWay.delete(running));
    return running;
  };
  const kubectlWith = async (stdin: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await start(stdin, args).ended;
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr || stdout}`);
    return stdout;
  };
  return {
    api,
    kubectl: (...args) => kubectlWith('', ...args),
    kubectlWith,
    refusal: async (stdin, ...args) => {
      const { code, stdout, stderr } = await start(stdin, args).ended;
      if (code === 0) throw new Error(`kubectl ${args.join(' ')} was not refused: ${stdout}`);
      return stderr;
    },
    start: (...args) => start('', args),
    stop: async () => {
      for (const running of underWay) running.stop();
      machines.stop();
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function startKubectl(
  directory: string,
  kubeconfig: string,
  { stdin, args }: { readonly stdin: string; readonly args: readonly string[] },
): Running {
  const { kubectl = 'kubectl' } = findBinaries().found;
  const cache = join(directory, 'cache');
  const child = spawn(kubectl, [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cache}`, ...args], {
    // A person's own settings and proxies are no part of the test.
    env: { PATH: process.env['PATH'], HOME: directory, KUBERC: 'off' },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Said>((resolve) => {
    child.once('close', (code) => {
      resolve({ ...said, code });
    });
    child.once('error', (error) => {
      resolve({ ...said, stderr: error.message, code: null });
    });
  });
  // One that ends before it has read everything has said why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  return {
    get text() {
      return said.stdout + said.stderr;
    },
    ended,
    stop: () => child.kill(),
  };
}

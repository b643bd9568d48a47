import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { DEFAULT_NAMESPACE } from '../../src/contract/keys.ts';
import { ApiClient } from './api-client.ts';
import { auditPolicy } from './audit-policy.ts';
import { ensureBinaries } from './build.ts';
import { kubectlRunner, serviceAccountToken, writeKubeconfig } from './control-plane.ts';
import type { Access, ControlPlane } from './control-plane.ts';
import { randomToken, serviceAccountKeys, tokenFile } from './credentials.ts';
import { freePorts, untilFree } from './free-ports.ts';
import { watchThisProcess } from './parent-watch.ts';
import { ProgramRunner } from './program-runner.ts';
import { file } from './programs.ts';
import { kwokConfiguration } from './stages/index.ts';
import type { DriverOptions } from './stages/index.ts';

export interface ControlPlaneOptions extends Partial<DriverOptions> {
  /** An empty folder for everything that is written. Default: a new one for temporary files. */
  readonly directory?: string;
  /** Whose ServiceAccounts' requests are counted. */
  readonly operatorNamespace?: string;
  /** Leaves logs and data where they are after `stop`. */
  readonly keepDirectory?: boolean;
  /** False: the programs go on when this process ends, until `stopControlPlane`. */
  readonly endsWithThisProcess?: boolean;
  /** Called with a line of text while the programs are built, which happens once. */
  readonly onProgress?: (line: string) => void;
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and KWOK's simulated kubelets, on free ports of the loopback
 * interface, with no nodes. Programs that are not there are built first.
 *
 * @throws Error with the end of the log of the program that failed; nothing is left running
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = await ensureBinaries(
    options.onProgress === undefined ? {} : { onProgress: options.onProgress },
  );
  const directory = prepareDirectory(options.directory);
  const [etcdPort = 0, etcdPeerPort = 0, apiPort = 0] = await freePorts(3);
  const runner = new ProgramRunner({ directory, etcdPort, etcdPeerPort, apiPort }, binaries);
  const adminToken = randomToken();
  writeFiles(directory, runner.server, adminToken, options);
  const watch = options.endsWithThisProcess === false ? undefined : watchThisProcess(directory);
  const stop = once(async () => {
    await runner.endAll();
    if (options.keepDirectory === true) rmSync(file.state(directory), { force: true });
    else rmSync(directory, { recursive: true, force: true });
    watch?.end();
  });
  try {
    const api = await startPrograms(runner, directory, etcdPort, adminToken);
    return controlPlane({ directory, server: runner.server, binaries, api }, runner, adminToken, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startPrograms(
  runner: ProgramRunner,
  directory: string,
  etcdPort: number,
  token: string,
): Promise<ApiClient> {
  runner.start('etcd');
  await runner.until('etcd', async () => (await fetch(`http://127.0.0.1:${etcdPort}/health`)).ok);
  runner.start('kube-apiserver');
  // It makes its certificate itself, which its clients need to know it by.
  await runner.until('kube-apiserver', () => Promise.resolve(isWritten(file.ca(directory))));
  const api = new ApiClient({ server: runner.server, caFile: file.ca(directory), token });
  try {
    await apiServerReady(runner, api);
    for (const program of ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const)
      runner.start(program);
    await runner.until('kube-controller-manager', () => answers(api, DEFAULT_SERVICE_ACCOUNT));
    return api;
  } catch (error) {
    await api.close();
    throw error;
  }
}

/** A file is there, and empty, for a moment before its content is. */
function isWritten(certificate: string): boolean {
  return (
    existsSync(certificate) &&
    readFileSync(certificate, 'utf8').trimEnd().endsWith('-----END CERTIFICATE-----')
  );
}

/** The controller manager's first visible work, without which no pod can be created. */
const DEFAULT_SERVICE_ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';

function apiServerReady(runner: ProgramRunner, api: ApiClient): Promise<void> {
  return runner.until('kube-apiserver', () => answers(api, '/readyz'));
}

async function answers(api: ApiClient, path: string): Promise<boolean> {
  await api.get(path);
  return true;
}

function controlPlane(
  access: Access,
  runner: ProgramRunner,
  adminToken: string,
  stop: () => Promise<void>,
): ControlPlane {
  const { directory, api } = access;
  const kubectlWith = kubectlRunner(access);
  return {
    ...access,
    ca: readFileSync(file.ca(directory), 'utf8'),
    caFile: file.ca(directory),
    adminToken,
    adminKubeconfig: file.adminKubeconfig(directory),
    auditLog: file.auditLog(directory),
    pids: () => runner.pids(),
    kubectl: (...args) => kubectlWith({}, ...args),
    kubectlWith,
    tokenFor: (account) => serviceAccountToken(api, account),
    kubeconfigFor: async (account) => {
      const name = `${account.namespace}-${account.name}`;
      const token = await serviceAccountToken(api, account);
      return writeKubeconfig(access, { name, token, path: join(directory, `${name}.kubeconfig`) });
    },
    restartApiServer: async ({ downMs = 0, inOrder = false } = {}) => {
      if (inOrder) await runner.endInOrder('kube-apiserver');
      else await runner.end('kube-apiserver');
      await sleep(downMs);
      await untilFree(Number(new URL(access.server).port));
      runner.start('kube-apiserver');
      await apiServerReady(runner, api);
    },
    pauseEtcd: () => {
      runner.signal('etcd', 'SIGSTOP');
      return () => {
        runner.signal('etcd', 'SIGCONT');
      };
    },
    restart: async (program) => {
      await runner.end(program);
      runner.start(program);
    },
    stop: async () => {
      await api.close();
      await stop();
    },
  };
}

function writeFiles(
  directory: string,
  server: string,
  adminToken: string,
  options: ControlPlaneOptions,
): void {
  const keys = serviceAccountKeys();
  const write = (path: string, content: string) => {
    writeFileSync(path, content, { mode: 0o600 });
  };
  mkdirSync(file.certificates(directory));
  write(
    file.tokens(directory),
    tokenFile([{ name: 'admin', token: adminToken, groups: ['system:masters'] }]),
  );
  write(file.serviceAccountKey(directory), keys.privateKey);
  write(file.serviceAccountPublicKey(directory), keys.publicKey);
  write(file.auditPolicy(directory), auditPolicy(options.operatorNamespace ?? DEFAULT_NAMESPACE));
  write(file.auditLog(directory), '');
  write(
    file.kwok(directory),
    kwokConfiguration({
      driverLoadMs: options.driverLoadMs ?? 1000,
      runInitContainers: options.runInitContainers ?? 'instantly',
      crashBackoffMs: options.crashBackoffMs ?? 1000,
    }),
  );
  const path = file.adminKubeconfig(directory);
  writeKubeconfig({ directory, server }, { name: 'admin', token: adminToken, path });
}

function prepareDirectory(directory: string | undefined): string {
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  // The path by which the operating system shows it, since processes are recognised by it.
  return realpathSync(directory ?? mkdtempSync(join(tmpdir(), 'ofed-control-plane-')));
}

/** Calls once, whoever asks how often; all wait for that call. */
function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= work());
}

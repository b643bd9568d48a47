import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ApiClient } from './api-client.ts';
import { cacheDirectory, isOnPath } from './binaries.ts';
import { createNodes, listNodes } from './fixtures/nodes.ts';
import { createNamespace, isReady } from './fixtures/objects.ts';
import { createDeployment, deploymentReady, listPods } from './fixtures/workloads.ts';
import { isRunning } from './processes.ts';
import { file } from './programs.ts';
import { progressToStderr } from './progress.ts';
import { startControlPlane } from './start.ts';
import { readState } from './state-file.ts';
import type { ControlPlaneState } from './state-file.ts';
import { stopControlPlane } from './stop.ts';

export interface UpOptions {
  readonly name: string;
  readonly nodes: number;
  readonly workloads: number;
  readonly driverLoadMs: number;
  readonly initContainers: 'instantly' | 'outside';
}

interface Named {
  readonly name: string;
}

/** The exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

const directoryOf = ({ name }: Named) => join(cacheDirectory(), 'clusters', name);

/** @throws Error if one of that name runs already */
export async function up(options: UpOptions): Promise<void> {
  const directory = directoryOf(options);
  const state = readState(directory);
  if (state?.processes.some(isRunning) === true) {
    throw new Error(
      `${options.name} runs already at ${state.server}; end it with "${again('down', options)}"`,
    );
  }
  rmSync(directory, { recursive: true, force: true });
  const started = performance.now();
  process.once('SIGINT', () => {
    void stopControlPlane(directory).then(() => process.exit(INTERRUPTED));
  });
  const controlPlane = await startControlPlane({
    directory,
    driverLoadMs: options.driverLoadMs,
    runInitContainers: options.initContainers,
    endsWithThisProcess: false,
    onProgress: progressToStderr(),
  });
  const { api } = controlPlane;
  try {
    await createNodes(api, { count: options.nodes, waitMs: 300_000 });
    if (options.workloads > 0) await createWorkloads(api, options.workloads);
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
  await api.close();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${controlPlane.server} with ${options.nodes} nodes, started in ${seconds} s`);
  console.log(`export KUBECONFIG=${controlPlane.adminKubeconfig}`);
  if (!isOnPath('kubectl')) console.log(`kubectl: ${controlPlane.binaries.kubectl}`);
  console.log(`end it with "${again('down', options)}"`);
}

async function createWorkloads(api: ApiClient, replicas: number): Promise<void> {
  await createNamespace(api, 'workloads');
  await createDeployment(api, { namespace: 'workloads', name: 'workload', replicas });
  await deploymentReady(api, { namespace: 'workloads', name: 'workload' }, 300_000);
}

export async function down(options: Named): Promise<void> {
  const stopped = await stopControlPlane(directoryOf(options));
  console.log(stopped ? `${options.name} is down` : `${options.name} was not up`);
}

/** Sets the exit code to 1 if it does not run. */
export async function status(options: Named): Promise<void> {
  const directory = directoryOf(options);
  const state = readState(directory);
  const running = state?.processes.filter(isRunning) ?? [];
  if (state === undefined || running.length < state.processes.length) process.exitCode = 1;
  if (state === undefined) {
    console.log(`${options.name} is not up; start it with "${again('up', options)}"`);
    return;
  }
  for (const each of state.processes) {
    const what = running.includes(each) ? `pid ${each.pid}, ${memoryOf(each.pid)}` : 'has ended';
    console.log(`${each.name.padEnd(24)} ${what}`);
  }
  if (process.exitCode === 1) {
    console.log(`logs: ${directory}; throw it away with "${again('down', options)}"`);
  } else {
    await describeContents(state);
  }
}

async function describeContents({ directory, server, startedAt }: ControlPlaneState): Promise<void> {
  const api = new ApiClient({ server, caFile: file.ca(directory), token: adminToken(directory) });
  try {
    const nodes = await listNodes(api);
    const pods = await listPods(api);
    console.log(`${server}, since ${startedAt}`);
    console.log(
      `${nodes.filter(isReady).length} of ${nodes.length} nodes Ready, ` +
        `${pods.filter(isReady).length} of ${pods.length} pods Ready`,
    );
    console.log(`export KUBECONFIG=${file.adminKubeconfig(directory)}`);
  } finally {
    await api.close();
  }
}

function adminToken(directory: string): string {
  return readFileSync(file.tokens(directory), 'utf8').split(',', 1)[0] ?? '';
}

function again(command: string, { name }: Named): string {
  return `npm run cluster -- ${command}${name === 'default' ? '' : ` --name ${name}`}`;
}

function memoryOf(pid: number): string {
  if (!existsSync(`/proc/${pid}/status`)) return 'memory unknown';
  const kilobytes = /VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return `${Math.round(Number(kilobytes) / 1024)} MiB`;
}

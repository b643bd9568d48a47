import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { builtDirectory, controlPlaneAvailability, findBinaries } from './binaries.ts';
import type { Environment } from './binaries.ts';
import { isAlive, withLock } from './build-lock.ts';
import { etcdModule, kubernetesModule } from './go-module.ts';
import type { GoModule } from './go-module.ts';
import { startProgress } from './progress.ts';
import { ETCD_VERSION, KUBERNETES_VERSION, KWOK_VERSION } from './versions.ts';
import type { Binaries, Program } from './versions.ts';

export interface BuildOptions {
  readonly environment?: Environment;
  /** Called with a line of text every few seconds while something is built. */
  readonly onProgress?: (line: string) => void;
}

/**
 * The programs of a control plane, from folders named by the environment or from the cache; those that are in neither are built
 * from their Go modules into the cache, which takes minutes, once. Each is renamed into place when it is finished, so that a
 * build that is interrupted leaves nothing half-made and goes on where it was.
 *
 * @throws Error that says what to install if they can be neither found nor built
 */
export async function ensureBinaries(options: BuildOptions = {}): Promise<Binaries> {
  const environment = options.environment ?? process.env;
  const availability = controlPlaneAvailability(environment);
  if (!availability.available) throw new Error(`no control plane: ${availability.reason}`);
  if (availability.toBuild.length > 0)
    await buildMissing(environment, options.onProgress ?? (() => undefined));
  const { found, missing } = findBinaries(environment);
  if (missing.length > 0) throw new Error(`${missing.join(', ')} not found although built`);
  return found as Binaries;
}

async function buildMissing(environment: Environment, onProgress: (line: string) => void): Promise<void> {
  const target = builtDirectory(environment);
  const progress = startProgress(onProgress);
  const wait = (holder: number) => {
    progress.say(`waiting for process ${holder}, which is building the control plane`);
  };
  try {
    await withLock(
      `${dirname(target)}.lock`,
      async () => {
        mkdirSync(target, { recursive: true });
        removeLeftovers(dirname(target));
        const { missing } = findBinaries(environment);
        for (const [index, program] of missing.entries()) {
          progress.say(`building ${program} for the control plane, ${index + 1} of ${missing.length}`);
          await build(program, target, environment);
        }
      },
      onceEach(wait),
    );
  } finally {
    progress.stop();
  }
}

/** A lock is asked for often; who holds it is said once. */
function onceEach(say: (holder: number) => void): (holder: number) => void {
  let last: number | undefined;
  return (holder) => {
    if (holder !== last) say(holder);
    last = holder;
  };
}

const WORK_PREFIX = 'building-';

async function build(program: Program, target: string, environment: Environment): Promise<void> {
  const work = join(dirname(target), `${WORK_PREFIX}${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  try {
    const env = goEnvironment(environment, work);
    if (program === 'kwok') await goInstall(`sigs.k8s.io/kwok/cmd/kwok@${KWOK_VERSION}`, work, env);
    else await goBuild(program, await moduleOf(program, work, env), work, env);
    renameSync(join(work, program), join(target, program));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function moduleOf(
  program: Exclude<Program, 'kwok'>,
  work: string,
  env: Environment,
): Promise<GoModule> {
  if (program === 'etcd') return etcdModule(ETCD_VERSION);
  const download = await go(
    ['mod', 'download', '-json', `k8s.io/kubernetes@${KUBERNETES_VERSION}`],
    work,
    env,
  );
  const { GoMod } = JSON.parse(download) as { GoMod: string };
  return kubernetesModule(program, KUBERNETES_VERSION, readFileSync(GoMod, 'utf8'));
}

/** The same flags as for the others, so that what they have in common is compiled once. */
async function goInstall(target: string, work: string, env: Environment): Promise<void> {
  await go(['install', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', target], work, env);
}

async function goBuild(program: Program, module: GoModule, work: string, env: Environment): Promise<void> {
  for (const [name, content] of Object.entries(module.files)) writeFileSync(join(work, name), content);
  const flags = ['-mod=mod', '-trimpath', '-buildvcs=false', '-ldflags', module.ldflags, '-o', program];
  await go(['build', ...flags, module.package], work, env);
}

/**
 * The environment with what would change the build taken out: flags, workspaces and targets that a developer has set for their own
 * projects. What tells Go where to get modules from stays.
 */
export function goEnvironment(environment: Environment, work: string): Environment {
  return {
    ...environment,
    GOOS: undefined,
    GOARCH: undefined,
    GOEXPERIMENT: undefined,
    // Empty would mean: as in the file that `go env -w` writes.
    GOFLAGS: '-mod=mod',
    GOWORK: 'off',
    GO111MODULE: 'on',
    GOBIN: work,
    // No C compiler is needed then, nor a C library of the right version where the programs run.
    CGO_ENABLED: '0',
  };
}

/** @returns what it wrote to standard output */
function go(args: readonly string[], cwd: string, env: Environment): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else
        reject(new Error(`go ${args.join(' ')} failed:\n${errors.trim().split('\n').slice(-15).join('\n')}`));
    });
  });
}

/** What builds left that were killed. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => each.startsWith(WORK_PREFIX))) {
    if (!isAlive(Number.parseInt(name.slice(WORK_PREFIX.length), 10))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

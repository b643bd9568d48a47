import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import { MINIMUM_GO, PROGRAMS, versionsKey } from './versions.ts';
import type { Binaries, Program } from './versions.ts';

/** Environment variables that name folders with ready-made programs, the first that has a program wins. */
export const ASSET_VARIABLES = ['OFED_TEST_ASSETS', 'KUBEBUILDER_ASSETS'] as const;

export type Environment = Readonly<Record<string, string | undefined>>;

export type Availability =
  /** `toBuild`: what is not there yet and will be built, which takes minutes, once. */
  | { readonly available: true; readonly toBuild: readonly Program[] }
  | { readonly available: false; readonly reason: string };

/** Everything of the control plane that outlives a run, outside the checkout. */
export function cacheDirectory(environment: Environment = process.env): string {
  const cache = environment['XDG_CACHE_HOME'];
  return join(
    cache === undefined || cache === '' ? join(homedir(), '.cache') : cache,
    'ofed-operator',
    'control-plane',
  );
}

/** Where programs are built to. */
export function builtDirectory(environment: Environment = process.env): string {
  return join(cacheDirectory(environment), versionsKey(), 'bin');
}

/** The programs that are there, and those that are not. */
export function findBinaries(environment: Environment = process.env): {
  readonly found: Partial<Binaries>;
  readonly missing: readonly Program[];
} {
  const folders = [...ASSET_VARIABLES.map((name) => environment[name]), builtDirectory(environment)];
  const entries = PROGRAMS.map((program) => {
    const path = folders
      .flatMap((folder) => (folder === undefined || folder === '' ? [] : join(folder, program)))
      .find(isExecutable);
    return [program, path] as const;
  });
  return {
    found: Object.fromEntries(entries.filter(([, path]) => path !== undefined)),
    missing: entries.filter(([, path]) => path === undefined).map(([program]) => program),
  };
}

/** Whether a control plane can be started on this machine, if need be after its programs were built. */
export function controlPlaneAvailability(environment: Environment = process.env): Availability {
  if (process.platform === 'win32') {
    return { available: false, reason: 'the control plane does not run on Windows' };
  }
  const { missing } = findBinaries(environment);
  if (missing.length === 0) return { available: true, toBuild: [] };
  const go = goVersion(environment);
  if (go !== undefined && isRecentEnough(go)) return { available: true, toBuild: missing };
  const { major, minor } = MINIMUM_GO;
  return {
    available: false,
    reason:
      `no ${missing.join(', ')}, and ${go === undefined ? 'no Go' : `Go ${go} is too old`} to build ` +
      `${missing.length === 1 ? 'it' : 'them'}: install Go ${major}.${minor} or newer, or set ` +
      `${ASSET_VARIABLES.join(' or ')} to a folder that has ${missing.length === 1 ? 'it' : 'them'}`,
  };
}

/** The version of the `go` on the path, `1.26.8`; undefined without one. */
export function goVersion(environment: Environment = process.env): string | undefined {
  if (!isOnPath('go', environment)) return undefined;
  const result = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', env: { ...environment } });
  return /^go(\d+\.\d+\S*)/.exec(result.stdout)?.[1];
}

export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > MINIMUM_GO.major || (major === MINIMUM_GO.major && minor >= MINIMUM_GO.minor);
}

export function isOnPath(program: string, environment: Environment = process.env): boolean {
  return (environment['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

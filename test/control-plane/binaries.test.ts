import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { builtDirectory, controlPlaneAvailability, findBinaries, isRecentEnough } from './binaries.ts';
import { PROGRAMS } from './versions.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'binaries-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function folderWith(name: string, programs: readonly string[], script = ''): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, program), 0o755);
  }
  return folder;
}

/** A machine with nothing on it but what is said. */
const environment = (more: Record<string, string> = {}) => ({ XDG_CACHE_HOME: root, PATH: '', ...more });

describe('whether a control plane can be started', () => {
  it('says what to install on a machine that has neither programs nor Go', () => {
    expect(controlPlaneAvailability(environment())).toEqual({
      available: false,
      reason:
        'no etcd, kube-apiserver, kubectl, kube-controller-manager, kube-scheduler, kwok, and no Go to build them: ' +
        'install Go 1.26 or newer, or set OFED_TEST_ASSETS or KUBEBUILDER_ASSETS to a folder that has them',
    });
  });

  it('says so of a Go that is too old', () => {
    const PATH = folderWith('go', ['go'], 'echo go1.22.4');
    expect(controlPlaneAvailability(environment({ PATH }))).toMatchObject({
      available: false,
      reason: expect.stringContaining('Go 1.22.4 is too old to build them') as string,
    });
  });

  it('is true with a Go that is new enough, and tells what it would build', () => {
    const PATH = folderWith('go', ['go'], 'echo go1.26.0');
    expect(controlPlaneAvailability(environment({ PATH }))).toEqual({ available: true, toBuild: PROGRAMS });
  });

  it('names only what is missing', () => {
    const KUBEBUILDER_ASSETS = folderWith('kubebuilder', ['etcd', 'kube-apiserver', 'kubectl']);
    const OFED_TEST_ASSETS = folderWith('all', ['kube-controller-manager', 'kube-scheduler']);
    expect(controlPlaneAvailability(environment({ KUBEBUILDER_ASSETS, OFED_TEST_ASSETS }))).toMatchObject({
      available: false,
      reason: expect.stringMatching(/^no kwok, and no Go to build it: .* folder that has it$/) as string,
    });
  });
});

describe('where programs are looked for', () => {
  it('prefers the folder for these tests, then that of other test tools, then what was built', () => {
    const OFED_TEST_ASSETS = folderWith('ours', ['kwok']);
    const KUBEBUILDER_ASSETS = folderWith('theirs', ['etcd', 'kwok']);
    const env = environment({ OFED_TEST_ASSETS, KUBEBUILDER_ASSETS });
    const built = builtDirectory(env);
    folderWith(built.slice(root.length), PROGRAMS);
    expect(findBinaries(env)).toEqual({
      found: {
        etcd: join(KUBEBUILDER_ASSETS, 'etcd'),
        'kube-apiserver': join(built, 'kube-apiserver'),
        kubectl: join(built, 'kubectl'),
        'kube-controller-manager': join(built, 'kube-controller-manager'),
        'kube-scheduler': join(built, 'kube-scheduler'),
        kwok: join(OFED_TEST_ASSETS, 'kwok'),
      },
      missing: [],
    });
  });

  it('takes nothing that cannot be executed', () => {
    const OFED_TEST_ASSETS = folderWith('ours', PROGRAMS);
    chmodSync(join(OFED_TEST_ASSETS, 'etcd'), 0o644);
    expect(findBinaries(environment({ OFED_TEST_ASSETS })).missing).toEqual(['etcd']);
  });
});

describe('a version of Go', () => {
  it.each([
    ['1.26.0', true],
    ['1.26', true],
    ['1.27rc1', true],
    ['2.0', true],
    ['1.25.9', false],
    ['1.9', false],
  ])('%s is new enough: %s', (version, expected) => {
    expect(isRecentEnough(version)).toBe(expected);
  });
});

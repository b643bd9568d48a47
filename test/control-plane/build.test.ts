import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { builtDirectory } from './binaries.ts';
import { ensureBinaries, goEnvironment } from './build.ts';
import { withLock } from './build-lock.ts';
import { PROGRAMS } from './versions.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** A machine whose Go writes an empty program for each it is asked for, and a line about it to a log. */
function machine(compile = 'touch "$out"; chmod +x "$out"') {
  const bin = join(root, 'go-bin');
  mkdirSync(bin);
  writeFileSync(join(root, 'kubernetes.mod'), 'replace k8s.io/api => ./staging/src/k8s.io/api\n');
  writeFileSync(
    join(bin, 'go'),
    `#!/bin/sh
case "$1" in
env) echo go1.26.8; exit ;;
mod) echo '{"GoMod": "${root}/kubernetes.mod"}'; exit ;;
install) out="$GOBIN/kwok" ;;
build) while [ "$1" != -o ]; do shift; done; out="$2" ;;
esac
echo "$out" >> '${root}/built'
${compile}
`,
  );
  chmodSync(join(bin, 'go'), 0o755);
  return { XDG_CACHE_HOME: root, PATH: `${bin}:/usr/bin:/bin` };
}

const built = () =>
  readFileSync(join(root, 'built'), 'utf8')
    .trim()
    .split('\n')
    .map((path) => path.replace(/.*\//, ''));

describe('building the programs', () => {
  it('puts each where it is found the next time, and then builds nothing more', async () => {
    const environment = machine();
    const folder = builtDirectory(environment);
    const lines: string[] = [];
    const binaries = await ensureBinaries({ environment, onProgress: (line) => lines.push(line) });
    expect(binaries.etcd).toBe(join(folder, 'etcd'));
    expect(readdirSync(folder).sort()).toEqual([...PROGRAMS].sort());
    expect(lines[0]).toMatch(/^building etcd for the control plane, 1 of 6, 0m\d\ds$/);
    await ensureBinaries({ environment });
    expect(built()).toEqual([...PROGRAMS]);
  });

  it('leaves nothing half-made when a build fails, and says how it did', async () => {
    const environment = machine('echo "no space left" >&2; exit 1');
    await expect(ensureBinaries({ environment })).rejects.toThrow(/go build .* failed:\nno space left/s);
    const folder = builtDirectory(environment);
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(dirname(folder))).toEqual(['bin']);
    expect(existsSync(`${folder}.lock`)).toBe(false);
  });

  it('goes on where a killed build was, and removes what it left', async () => {
    const environment = machine();
    const folder = builtDirectory(environment);
    const leftover = join(dirname(folder), 'building-999999999');
    mkdirSync(leftover, { recursive: true });
    mkdirSync(folder);
    writeFileSync(join(folder, 'etcd'), '', { mode: 0o755 });
    await ensureBinaries({ environment });
    expect(built()).not.toContain('etcd');
    expect(existsSync(leftover)).toBe(false);
  });

  it('is done once if two ask at the same time', async () => {
    const environment = machine('sleep 0.05; touch "$out"; chmod +x "$out"');
    await Promise.all([ensureBinaries({ environment }), ensureBinaries({ environment })]);
    expect(built()).toEqual([...PROGRAMS]);
  });

  it("is not disturbed by a developer's own settings for Go", () => {
    const environment = goEnvironment({ GOFLAGS: '-mod=vendor', GOOS: 'plan9', GOPROXY: 'direct' }, '/work');
    expect(environment).toMatchObject({
      GOFLAGS: '-mod=mod',
      GOWORK: 'off',
      GOPROXY: 'direct',
      GOBIN: '/work',
    });
    expect(environment['GOOS']).toBeUndefined();
  });
});

describe('the lock', () => {
  it('lets one after the other in, and tells who waits for whom', async () => {
    const path = join(root, 'lock');
    const order: string[] = [];
    let release: () => void = () => undefined;
    const first = withLock(path, () => new Promise<void>((resolve) => (release = resolve)));
    const waitedFor: number[] = [];
    const second = withLock(
      path,
      () => {
        order.push('second');
        return Promise.resolve();
      },
      (holder) => {
        waitedFor.push(holder);
        order.push('first ends');
        release();
      },
    );
    await Promise.all([first, second]);
    expect(order.at(-1)).toBe('second');
    expect(waitedFor[0]).toBe(process.pid);
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over from a process that is gone', async () => {
    const path = join(root, 'lock');
    writeFileSync(path, '999999999');
    await expect(withLock(path, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('is given back when the work fails', async () => {
    const path = join(root, 'lock');
    await expect(withLock(path, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(existsSync(path)).toBe(false);
  });
});

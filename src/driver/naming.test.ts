import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelHash } from './kernel-hash.ts';
import type { LiveDaemonSet } from './live.ts';
import { daemonSetName, nameApps } from './naming.ts';
import { nodeSelectorOf, poolKey } from './pool.ts';
import type { Pool } from './pool.ts';
import { writeRecord } from './record.ts';

const AMD: Pool = { osId: 'ubuntu', osVersion: '22.04', kernel: '5.15.0-78-generic', arch: 'amd64' };
const ARM: Pool = { ...AMD, arch: 'arm64' };
const PLAIN = 'mofed-ubuntu22.04-54669c9886';

function live(app: string, pool: Pool): LiveDaemonSet {
  return {
    metadata: { name: daemonSetName(app) },
    spec: { template: { spec: { nodeSelector: nodeSelectorOf(pool) } } },
  };
}

/** As NVIDIA's operator makes it: without the architecture, which only the image tells. */
function foreign(app: string, { arch, ...pool }: Pool, image: string): LiveDaemonSet {
  const { 'kubernetes.io/arch': _, ...nodeSelector } = nodeSelectorOf({ ...pool, arch });
  return {
    metadata: { name: daemonSetName(app) },
    spec: { template: { spec: { nodeSelector, containers: [{ name: 'mofed-container', image }] } } },
  };
}

const names = (pools: readonly Pool[], found: readonly LiveDaemonSet[] = []) => {
  const apps = nameApps(pools, found);
  return pools.map((pool) => apps.get(poolKey(pool)));
};

describe('kernelHash', () => {
  it.each([
    ['5.14.0-284.43.1.el9_2.x86_64', '687cd9dc94'],
    ['5.15.0-78-generic', '54669c9886'],
    ['5.15.0-91-generic', '6d568d699f'],
  ])('of %s is the one in the names that NVIDIA operator gives', (kernel, hash) => {
    expect(kernelHash(kernel)).toBe(hash);
  });
});

describe('nameApps', () => {
  it('gives the name that NVIDIA operator would', () => {
    expect(names([AMD])).toEqual([PLAIN]);
    expect(names([ARM])).toEqual([PLAIN]);
  });

  it('tells two architectures apart, amd64 having the plain name', () => {
    expect(names([ARM, AMD])).toEqual([`${PLAIN}-arm64`, PLAIN]);
  });

  it('leaves the plain name with the pool whose DaemonSet has it', () => {
    expect(names([AMD, ARM], [live(PLAIN, ARM)])).toEqual([`${PLAIN}-amd64`, PLAIN]);
  });

  it('knows whose a DaemonSet of NVIDIA operator is by the tag of its image', () => {
    const image = 'registry.example:5000/mellanox/mofed:5.6-1.0.3.3-ubuntu22.04-arm64';
    expect(names([AMD, ARM], [foreign(PLAIN, ARM, image)])).toEqual([`${PLAIN}-amd64`, PLAIN]);
  });

  it('takes such a DaemonSet for amd64 where only a digest is known', () => {
    const image = `mellanox/mofed@sha256:${'0a'.repeat(32)}`;
    expect(names([ARM, AMD], [foreign(PLAIN, AMD, image)])).toEqual([`${PLAIN}-arm64`, PLAIN]);
    expect(names([ARM], [foreign(PLAIN, ARM, image)])).toEqual([PLAIN]);
  });

  it('keeps the name of a live DaemonSet when the pool that made it necessary is gone', () => {
    expect(names([ARM], [live(`${PLAIN}-arm64`, ARM)])).toEqual([`${PLAIN}-arm64`]);
  });

  it('does not give a name that the DaemonSet of a pool without nodes still has', () => {
    expect(names([ARM], [live(PLAIN, AMD)])).toEqual([`${PLAIN}-arm64`]);
  });

  it('has none where all are taken', () => {
    const other = { ...ARM, kernel: 'another' };
    expect(names([ARM], [live(PLAIN, AMD), live(`${PLAIN}-arm64`, other)])).toEqual([undefined]);
  });

  it('does not lose sight of a DaemonSet of its own whose fields somebody has edited', () => {
    const edited: LiveDaemonSet = {
      metadata: {
        name: daemonSetName(PLAIN),
        annotations: writeRecord({ hash: 'h', initImage: 'i', pool: poolKey(ARM) }),
      },
      spec: { template: { spec: { nodeSelector: { 'kubernetes.io/arch': 'edited' } } } },
    };
    expect(names([AMD, ARM], [edited])).toEqual([`${PLAIN}-amd64`, PLAIN]);
  });

  it('never gives a name twice, nor renames what is live, however pools come and go', () => {
    const pool = fc.record({
      osId: fc.constantFrom('ubuntu', 'rhel'),
      osVersion: fc.constantFrom('22.04', '9'),
      kernel: fc.constantFrom('5.15', '6.8'),
      arch: fc.constantFrom('amd64', 'arm64', 'ppc64le'),
    });
    const pools = fc.uniqueArray(pool, { selector: poolKey, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(pools, { maxLength: 6 }), (steps) => {
        let found: LiveDaemonSet[] = [];
        let owners: ReadonlyMap<string, string> = new Map();
        for (const present of steps) {
          const apps = nameApps(present, found);
          expect(new Set(apps.values()).size).toBe(present.length);
          for (const each of present) {
            const before = owners.get(poolKey(each));
            if (before !== undefined) expect(apps.get(poolKey(each))).toBe(before);
          }
          owners = apps;
          found = present.map((each) => live(apps.get(poolKey(each)) ?? '', each));
        }
      }),
    );
  });
});

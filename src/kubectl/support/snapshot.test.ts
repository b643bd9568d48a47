import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodes } from '../../operator/resources/nodes.ts';
import { aRawPod, NAMESPACE } from '../../operator/testing/builders.ts';
import { TestFleet } from '../testing/fleet.ts';
import { tar } from './tar.ts';

const PODS = { group: '', plural: 'pods' };

let folder: string;
let fleet: TestFleet;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
  fleet = new TestFleet();
  fleet.addNode('gpu-1');
  await fleet.begin();
  fleet.change({ env: [{ name: 'PASSWORD', value: 'hunter2' }], imagePullSecrets: ['registry-secret'] });
  fleet.cluster.change(
    nodes,
    { name: 'gpu-1' },
    { metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"hunter2":1}' } } },
  );
  const labels = { 'app.kubernetes.io/name': 'ofed-operator' };
  const metadata = { name: 'ofed-operator-0', namespace: NAMESPACE, labels };
  fleet.cluster.create(PODS, { ...aRawPod({ node: 'gpu-1' }), metadata });
  await fleet.clock.advance(60_000);
});

afterAll(async () => {
  await fleet.end();
  rmSync(folder, { recursive: true });
});

it('a snapshot is an archive that tar reads, for nobody but who made it, with all that is needed and no password', async () => {
  const file = join(folder, 'snapshot.tar.gz');
  const { status, out } = await fleet.kubectlOfed(`snapshot -f ${file}`);
  expect(status).toBe(0);
  expect(out).toMatch(/snapshot\.tar\.gz: \d+ files, \d+ KiB\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  execFileSync('tar', ['-xzf', file, '-C', folder]);
  const read = (name: string): string => readFileSync(join(folder, 'ofed-snapshot', name), 'utf8');
  expect(read('status.txt')).toMatch(/^OFED driver /);
  expect(read('logs/ofed-operator-0.log')).toBe('log of ofed-operator-0\n');
  for (const [name, what] of [
    ['policies.json', 'registry-secret'],
    ['nodes.json', 'gpu-1'],
    ['driver-pods.json', 'mofed-container'],
    ['daemonsets.json', 'PASSWORD'],
    ['controllerrevisions.json', 'PASSWORD'],
    ['events-nodes.json', 'DriverUpgradeRequired'],
    ['leases.json', 'ofed-operator-7d9f5c'],
    ['reasons.json', 'drain-refused'],
  ] as const) {
    expect(read(name)).toContain(what);
    expect(read(name)).not.toContain('hunter2');
  }
});

it('a file that cannot be written is said to be, in one line', async () => {
  const { status, err } = await fleet.kubectlOfed(`snapshot -f ${folder}/no/such/folder.tar.gz`);
  expect(status).toBe(2);
  expect(err).toMatch(/error: \S+folder\.tar\.gz cannot be written: [^\n]+\n$/);
});

it('an archive takes no path that its format has no room for', () => {
  expect(() => tar([{ path: 'x'.repeat(101), content: '' }], 0)).toThrow(RangeError);
});

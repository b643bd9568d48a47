import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const KEY = 'nvidia.com/ofed-driver-upgrade.driver-wait-for-safe-load';

let directory = '';
let program = '';
let outputs: Metafile['outputs'] = {};
let confused: ReturnType<typeof cli>;
let server: Server;
let kubeconfig = '';

/** What the API server below has. */
let node: { annotations: Record<string, string>; resourceVersion: number };
let config: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-'));
  program = join(directory, 'main.mjs');
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    define: { __VERSION__: '"7.8.9"' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  outputs = metafile.outputs;
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const [status, answer] = respond(`${request.method ?? ''} ${request.url?.split('?')[0] ?? ''}`, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  kubeconfig = await writeKubeconfig('kubeconfig', (server.address() as AddressInfo).port);
  // It takes its time to give up, in which the other tests run.
  const flags = FLAGS.map((flag) => (flag === 'c' ? 'confused' : flag));
  confused = cli(['safe-load', ...flags, '--kubeconfig', kubeconfig]);
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  node = { annotations: { 'example.com/owner': 'team-a' }, resourceVersion: 1 };
  config = JSON.stringify({ safeDriverLoad: { enable: true, annotation: KEY } });
});

function respond(call: string, body: string): [number, unknown] {
  const rawNode = () => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'gpu-17', uid: 'u', ...node, resourceVersion: String(node.resourceVersion) },
  });
  const rawConfigMap = (text: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'net', uid: 'c', resourceVersion: '1' },
    data: { 'config.json': text },
  });
  switch (call) {
    case 'GET /api/v1/namespaces/net/configmaps/c':
      return [200, rawConfigMap(config)];
    case 'GET /api/v1/namespaces/net/configmaps/confused':
      return [200, rawConfigMap('{')];
    case 'GET /api/v1/nodes/gpu-17':
      return [200, rawNode()];
    case 'PATCH /api/v1/nodes/gpu-17':
      for (const { op, path, value } of JSON.parse(body) as { op: string; path: string; value: string }[]) {
        if (op === 'add') node.annotations[path.split('/')[3]?.replaceAll('~1', '/') ?? ''] = value;
      }
      node.resourceVersion += 1;
      return [200, rawNode()];
    default:
      return [
        403,
        {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          reason: 'Forbidden',
          code: 403,
          message: call,
        },
      ];
  }
}

async function writeKubeconfig(name: string, port: number): Promise<string> {
  const path = join(directory, name);
  const text = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    clusters: [{ name: 'a', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'a', user: { token: 'hunter2' } }],
  };
  await writeFile(path, JSON.stringify(text));
  return path;
}

function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], HOME: directory, ...env },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    /** The first line of the log that has this in it, once it is there. */
    logged: async (text: string) => {
      const find = () =>
        err
          .split('\n')
          .slice(0, -1)
          .find((line) => line.includes(text));
      while (find() === undefined) await once(child.stderr, 'data');
      return find() ?? '';
    },
    ended: async () => {
      const [status] = await closed;
      return { status, out, err };
    },
  };
}

function cli(args: readonly string[], env: Record<string, string> = {}) {
  return start(args, env).ended();
}

/** The packages that are loaded as soon as this source file is. */
function packagesOf(source: string): string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') visit(next);
    }
  };
  const [entry] = Object.entries(outputs).find(([, { inputs }]) => Object.hasOwn(inputs, source)) ?? [''];
  visit(entry);
  const inputs = [...seen].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
  const packages = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
  return [...new Set(packages)].sort();
}

const FLAGS = [
  '--node-name',
  'gpu-17',
  '--configmap-name',
  'c',
  '--configmap-namespace',
  'net',
  '--configmap-key',
  'config.json',
];
const WAITING = 'waiting until the node is safe';

describe('the program', () => {
  it('knows its version', async () => {
    expect(await cli(['--version'])).toEqual({ status: 0, out: '7.8.9\n', err: '' });
  });

  it('explains itself', async () => {
    const { status, out, err } = await cli(['--help']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('manifests');
  });

  it('loads for that only what reads the command line', () => {
    expect(packagesOf('src/cli/main.ts')).toEqual(['commander']);
  });

  it('answers a wrong flag in one line with status 2', async () => {
    const { status, out, err } = await cli(['run', '--init-image', 'i:1', '--verbos']);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^error: unknown option '--verbos'[^\n]*\n$/);
  });

  it.each([
    ['run', '--init-image', 'i:1'],
    ['safe-load', '--node-name', 'n'],
  ])('answers a kubeconfig that is not there in one line with status 2: %s', async (...command) => {
    const { status, err } = await cli([...command, '--kubeconfig', '/nowhere/config']);
    expect(status).toBe(2);
    expect(err.split('\n').filter((line) => line.startsWith('error: '))).toHaveLength(1);
    expect(err).toContain('/nowhere/config');
  });

  it('treats an environment variable that is set to nothing as not set', async () => {
    const { out } = await cli(['manifests', '--only', 'deployment'], { OPERATOR_IMAGE: '' });
    expect(out).toMatch(/image: ofed-operator:\S+/);
  });
});

describe('manifests', () => {
  it('prints YAML on standard output and nothing else', async () => {
    const { status, out, err } = await cli(['manifests', '--image', 'example.com/ofed-operator:1']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('kind: CustomResourceDefinition');
    expect(out).toContain('example.com/ofed-operator:1');
  });

  it('is quiet when its reader has read enough', async () => {
    const { child, ended } = start(['manifests', '--image', 'i:1']);
    child.stdout.destroy();
    expect(await ended()).toMatchObject({ status: 0, err: '' });
  });
});

describe('safe-load', () => {
  it('marks the node and ends with status 0 once the mark is removed', async () => {
    const { logged, ended } = start(['safe-load', ...FLAGS, '--kubeconfig', kubeconfig]);
    await logged(WAITING);
    expect(node.annotations).toEqual({ 'example.com/owner': 'team-a', [KEY]: 'true' });
    node.annotations = {};
    const { status, out, err } = await ended();
    expect([status, out]).toEqual([0, '']);
    const lines = err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.at(-1)).toMatchObject({ level: 'info', node: 'gpu-17', annotation: KEY });
    expect(err).not.toContain('hunter2');
  });

  it('runs when its flags are given without a command', async () => {
    config = JSON.stringify({ safeDriverLoad: { enable: false } });
    const { status, err } = await cli([...FLAGS, '--kubeconfig', kubeconfig]);
    expect(status).toBe(0);
    expect(err).toContain('safe loading is not enabled');
  });

  it('ends with status 143 when it is told to end, and leaves its mark', async () => {
    const { child, logged, ended } = start(['safe-load', ...FLAGS, '--kubeconfig', kubeconfig]);
    await logged(WAITING);
    const begin = performance.now();
    child.kill('SIGTERM');
    expect((await ended()).status).toBe(143);
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(node.annotations[KEY]).toBe('true');
  });

  it('ends with status 1, and says why, when the configuration makes no sense', async () => {
    const { status, err } = await confused;
    expect(status).toBe(1);
    const last = JSON.parse(err.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(last).toMatchObject({
      level: 'error',
      node: 'gpu-17',
      msg: 'giving up: the driver must not load',
    });
    expect(JSON.stringify(last['error'])).toContain('not valid JSON');
  }, 30_000);

  it('does not load what only the operator needs', () => {
    const packages = packagesOf('src/cli/hold-driver.ts');
    expect(packages).toContain('undici');
    expect(packages).not.toContain('prom-client');
  });
});

describe('run', () => {
  it('ends with status 0 when it is told to, even if the API server has never answered', async () => {
    const nobody = await writeKubeconfig('nobody', 1);
    const { child, logged, ended } = start(['run', '--init-image', 'i:1', '--kubeconfig', nobody]);
    await logged('"starting"');
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGTERM');
    const { status, out, err } = await ended();
    expect([status, out]).toEqual([0, '']);
    expect(JSON.parse(err.trim().split('\n').at(-1) ?? '')).toMatchObject({ msg: 'ended' });
  });

  it('serves metrics where it is told to', async () => {
    const nobody = await writeKubeconfig('nobody', 1);
    const args = ['run', '--init-image', 'i:1', '--kubeconfig', nobody, '--metrics-address', '127.0.0.1:0'];
    const { child, logged, ended } = start(args);
    const line = JSON.parse(await logged('"starting"')) as { metrics: { host: string; port: number } };
    const response = await fetch(`http://${line.metrics.host}:${line.metrics.port}/metrics`);
    expect(await response.text()).toContain('ofed_operator_nodes');
    child.kill('SIGTERM');
    expect((await ended()).status).toBe(0);
  });

  it('answers an address that is taken in one line with status 2', async () => {
    const { port } = server.address() as AddressInfo;
    const args = [
      'run',
      '--init-image',
      'i:1',
      '--kubeconfig',
      kubeconfig,
      '--metrics-address',
      `127.0.0.1:${port}`,
    ];
    const { status, err } = await cli(args);
    expect(status).toBe(2);
    expect(err).toMatch(/^error: metrics cannot be served: [^\n]*EADDRINUSE[^\n]*\n$/);
  });
});

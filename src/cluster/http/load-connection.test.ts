import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { Connection } from './connection.ts';
import { loadConnection, type LoadConnectionOptions } from './load-connection.ts';
import { TestCa, type KeyPair } from './testing/certificates.ts';

let directory: string;
let ca: TestCa;
let ada: KeyPair;

beforeAll(() => {
  ca = new TestCa('connection tests');
  ada = ca.client('ada');
});

afterAll(() => {
  ca.remove();
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'connection-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A kubeconfig of one context `main`; YAML, as JSON is. */
function kubeconfig(name: string, cluster: object, user: object): string {
  return file(
    name,
    JSON.stringify({
      'current-context': 'main',
      clusters: [{ name: 'c', cluster: { server: 'https://one.example:6443', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
    }),
  );
}

async function load(options: Partial<LoadConnectionOptions> = {}): Promise<Connection> {
  return await loadConnection({
    env: { HOME: join(directory, 'home') },
    serviceAccountDirectory: join(directory, 'serviceaccount'),
    ...options,
  });
}

async function refused(path: string): Promise<string> {
  const error: unknown = await load({ kubeconfig: path }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'ConnectionError' });
  return (error as Error).message;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const inCluster = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

function serviceAccount(): void {
  file('serviceaccount/token', 'first\n');
  file('serviceaccount/ca.crt', ca.cert);
}

describe('Which cluster', () => {
  it('is that of the kubeconfig given, even in a pod', async () => {
    serviceAccount();
    const path = kubeconfig('given', {}, {});
    expect((await load({ kubeconfig: path, env: inCluster })).server.href).toBe('https://one.example:6443/');
  });

  it('is that of the pod, if this is one, before any default kubeconfig', async () => {
    serviceAccount();
    const env = { ...inCluster, KUBECONFIG: kubeconfig('config', {}, {}) };
    expect((await load({ env })).server.href).toBe('https://10.96.0.1/');
  });

  it('is that of a kubeconfig when a context is chosen, even in a pod', async () => {
    serviceAccount();
    const env = { ...inCluster, KUBECONFIG: kubeconfig('config', {}, {}) };
    expect((await load({ env, context: 'main' })).server.hostname).toBe('one.example');
  });

  it('is that of a kubeconfig when the pod has no ServiceAccount', async () => {
    const env = { ...inCluster, KUBECONFIG: kubeconfig('config', {}, {}) };
    expect((await load({ env })).server.hostname).toBe('one.example');
  });

  it('is that of ~/.kube/config when nothing else is said', async () => {
    kubeconfig('home/.kube/config', {}, {});
    expect((await load()).description).toBe(`context "main" of ${join(directory, 'home/.kube/config')}`);
  });

  it('is a question where there is nothing at all', async () => {
    await expect(load()).rejects.toThrow(
      /No cluster to talk to: .*home\/\.kube\/config\. Give one with --kubeconfig\./,
    );
  });

  it('is not guessed when the kubeconfig given is not there', async () => {
    kubeconfig('home/.kube/config', {}, {});
    await expect(load({ kubeconfig: '/no/such/file' })).rejects.toThrow(
      'There is no kubeconfig /no/such/file',
    );
  });
});

describe('In a pod', () => {
  it('the CA and the token are those of the ServiceAccount', async () => {
    serviceAccount();
    const connection = await load({ env: { ...inCluster, KUBERNETES_SERVICE_HOST: 'fd00::1' } });
    expect(connection.server.href).toBe('https://[fd00::1]/');
    expect(connection.tls).toEqual({ ca: ca.cert });
    expect(await connection.authorization(false)).toBe('Bearer first');
  });

  it('the token is read again after a minute, or when it was refused', async () => {
    serviceAccount();
    const clock = new VirtualClock();
    const { authorization } = await load({ env: inCluster, clock });
    await authorization(false);
    file('serviceaccount/token', 'second');
    expect(await authorization(false)).toBe('Bearer first');
    await clock.advance(60_000);
    expect(await authorization(false)).toBe('Bearer second');
    file('serviceaccount/token', 'third');
    expect(await authorization(true)).toBe('Bearer third');
  });

  it('a token that is just being replaced does not matter', async () => {
    serviceAccount();
    const { authorization } = await load({ env: inCluster });
    await authorization(false);
    file('serviceaccount/token', '');
    expect(await authorization(true)).toBe('Bearer first');
  });

  it('a missing CA is told', async () => {
    file('serviceaccount/token', 'first');
    await expect(load({ env: inCluster })).rejects.toThrow(/ca\.crt cannot be read/);
  });
});

describe('A kubeconfig', () => {
  it('names files relative to itself', async () => {
    file('conf/pki/ca.crt', ca.cert);
    file('conf/pki/ada.crt', ada.cert);
    file('conf/pki/ada.key', ada.key);
    const path = kubeconfig(
      'conf/config',
      { 'certificate-authority': 'pki/ca.crt', 'tls-server-name': 'kubernetes' },
      { 'client-certificate': 'pki/ada.crt', 'client-key': 'pki/ada.key' },
    );
    const connection = await load({ kubeconfig: path });
    expect(connection.tls).toEqual({ ca: ca.cert, serverName: 'kubernetes', ...ada });
    expect(await connection.authorization(false)).toBeUndefined();
  });

  it('may hold certificates itself, which count for more than files', async () => {
    const path = kubeconfig(
      'config',
      { 'certificate-authority-data': base64(ca.cert), 'certificate-authority': '/no/such/file' },
      { 'client-certificate-data': base64(ada.cert), 'client-key-data': base64(ada.key) },
    );
    expect((await load({ kubeconfig: path })).tls).toEqual({ ca: ca.cert, ...ada });
  });

  it('may say to trust anybody', async () => {
    const path = kubeconfig('config', { 'insecure-skip-tls-verify': true }, {});
    expect((await load({ kubeconfig: path })).tls).toEqual({ insecure: true });
  });

  it.each([
    ['a token', { token: 's3cret' }, 'Bearer s3cret'],
    ['a token file rather than a token', { token: 'old', tokenFile: 'token' }, 'Bearer from-file'],
    ['a name and a password', { username: 'ada', password: 'pw' }, `Basic ${base64('ada:pw')}`],
    ['nothing', {}, undefined],
    ['empty fields', { token: '', tokenFile: null, username: '' }, undefined],
  ])('identifies its user by %s', async (_what, user, authorization) => {
    file('token', 'from-file\n');
    const connection = await load({ kubeconfig: kubeconfig('config', {}, user) });
    expect(await connection.authorization(false)).toBe(authorization);
  });

  it('has the context chosen by name', async () => {
    const path = file(
      'config',
      [
        'current-context: one',
        'clusters: [{name: c1, cluster: {server: "https://one"}}, {name: c2, cluster: {server: "https://two"}}]',
        'contexts: [{name: one, context: {cluster: c1}}, {name: two, context: {cluster: c2}}]',
        'users: null',
      ].join('\n'),
    );
    expect((await load({ kubeconfig: path, context: 'two' })).server.hostname).toBe('two');
    await expect(load({ kubeconfig: path, context: 'three' })).rejects.toThrow('there is no context "three"');
  });

  it('is merged with others: the first file that has an entry counts, and its paths are its own', async () => {
    file('a/token', 'of-a');
    file('b/token', 'of-b');
    const first = file('a/config', 'users: [{name: u, user: {tokenFile: token}}]\ncurrent-context:');
    const second = kubeconfig('b/config', {}, { tokenFile: 'token' });
    const env = { KUBECONFIG: `${join(directory, 'absent')}:${first}::${second}` };
    const connection = await load({ env });
    expect(connection.server.hostname).toBe('one.example');
    expect(await connection.authorization(false)).toBe('Bearer of-a');
  });

  it('may have a program make the token, which is found relative to the kubeconfig', async () => {
    const program = file(
      'bin/login',
      '#!/bin/sh\necho x >> "$(dirname "$0")/runs"\n' +
        'echo \'{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"made-' +
        '\'"$(wc -l < "$(dirname "$0")/runs" | tr -d " ")"\'"}}\'\n',
    );
    chmodSync(program, 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './bin/login', args: [] };
    const clock = new VirtualClock();
    const { authorization } = await load({ kubeconfig: kubeconfig('config', {}, { exec }), clock });
    expect([await authorization(false), await authorization(false)]).toEqual([
      'Bearer made-1',
      'Bearer made-1',
    ]);
    expect(await authorization(true)).toBe('Bearer made-2');
  });
});

describe('What is wrong with a kubeconfig is told by file and field', () => {
  it.each<[string, object, object, string]>([
    ['a proxy', { 'proxy-url': 'http://proxy' }, {}, 'clusters["c"].proxy-url is not supported'],
    ['no server', { server: '' }, {}, 'clusters["c"].server is missing'],
    ['a server that is no URL', { server: 'one:x' }, {}, 'clusters["c"].server is not an http or https URL'],
    ['a server that is no text', { server: 5 }, {}, 'clusters.0.cluster.server is not as in a kubeconfig'],
    [
      'a CA that is not there',
      { 'certificate-authority': 'x' },
      {},
      'clusters["c"].certificate-authority is a file',
    ],
    [
      'a CA that is none',
      { 'certificate-authority-data': 'eA==' },
      {},
      'certificate-authority-data does not hold PEM',
    ],
    ['impersonation', {}, { as: 'root' }, 'users["u"].as is not supported'],
    ['a token file that is not there', {}, { tokenFile: '/no/token' }, '/no/token'],
    [
      'a program that is not there',
      {},
      { exec: { command: '/no/program' } },
      'users["u"].exec gave no credentials',
    ],
  ])('%s', async (_what, cluster, user, message) => {
    const path = kubeconfig('config', cluster, user);
    const error: unknown = await load({ kubeconfig: path })
      .then((connection) => connection.authorization(false))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'ConnectionError',
      message: expect.stringContaining(message) as string,
    });
  });

  it('a key without a certificate, a certificate without a key, and two that do not belong together', async () => {
    const other = ca.client('other');
    const [cert, key] = [base64(ada.cert), base64(ada.key)];
    const problem = (user: object) => refused(kubeconfig('config', {}, user));
    expect(await problem({ 'client-key-data': key })).toContain('users["u"].client-certificate is missing');
    expect(await problem({ 'client-certificate-data': cert })).toContain('users["u"].client-key is missing');
    const mixed = { 'client-certificate-data': cert, 'client-key-data': base64(other.key) };
    expect(await problem(mixed)).toContain('users["u"] has certificates or a key that cannot be used');
  });

  it.each([
    ['no context', 'clusters: []', 'no current-context is set'],
    ['a context that is not there', 'current-context: x', 'there is no context "x"'],
    [
      'a cluster that is not there',
      'current-context: x\ncontexts: [{name: x, context: {cluster: y}}]',
      'contexts["x"].cluster names a cluster that is not there: "y"',
    ],
    ['a list that is none', 'contexts: {}', 'contexts is not as in a kubeconfig'],
    ['no kubeconfig at all', '[1, 2]', 'this is not as in a kubeconfig'],
    ['an empty file', '', 'no current-context is set'],
  ])('%s', async (_what, text, message) => {
    expect(await refused(file('config', text))).toContain(message);
  });

  it('without showing what is in it', async () => {
    const path = file('config', 'users:\n  - name: u\n    user: {token: hunter2');
    const message = await refused(path);
    expect(message).toContain(`${path}, line 3: not valid YAML`);
    expect(message).not.toContain('hunter2');
    const wrong = file('wrong', 'users: [{name: u, user: {token: [hunter2]}}]');
    expect(await refused(wrong)).not.toContain('hunter2');
  });
});

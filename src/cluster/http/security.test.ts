import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { testNodes } from '../testing/nodes.ts';
import type { Connection, TlsOptions } from './connection.ts';
import { createHttpCluster } from './http-cluster.ts';
import { loadConnection } from './load-connection.ts';
import { json, rawNode, refusal } from './testing/answers.ts';
import { TestCa } from './testing/certificates.ts';
import { connectionTo } from './testing/harness.ts';
import { TestServer, type Handler } from './testing/test-server.ts';

let ca: TestCa;
let server: TestServer;
const cleanUp: (() => unknown)[] = [];

beforeAll(() => {
  ca = new TestCa('security tests');
});

afterAll(() => {
  ca.remove();
});

afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

async function serve(names: string, handler: Handler = json(rawNode('n1', 7))): Promise<void> {
  server = await TestServer.start({
    ...ca.server(names),
    ca: ca.cert,
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.answer(handler);
  cleanUp.push(() => server.stop());
}

async function getNode(connection: Connection): Promise<unknown> {
  const cluster = createHttpCluster({
    connection,
    fieldManager: 'tester',
    userAgent: 'test/1',
    clock: systemClock,
    random: () => 0.999,
  });
  cleanUp.push(() => cluster.close());
  return await cluster.get(testNodes, { name: 'n1' });
}

async function getWith(tls: TlsOptions): Promise<unknown> {
  return await getNode(connectionTo(server.url, { tls }));
}

describe('The server', () => {
  it('is trusted by the CA given', async () => {
    await serve('IP:127.0.0.1');
    await expect(getWith({ ca: ca.cert })).resolves.toMatchObject({ name: 'n1' });
  });

  it('is not sent anything when nobody vouches for it', async () => {
    await serve('IP:127.0.0.1');
    await expect(getWith({})).rejects.toMatchObject({
      code: 'connection',
      message: expect.stringContaining('identity could not be established') as string,
      details: { maybeApplied: false },
    });
    expect(server.received).toEqual([]);
  });

  it('is not sent anything when its certificate is for another name', async () => {
    await serve('DNS:elsewhere.example');
    await expect(getWith({ ca: ca.cert })).rejects.toMatchObject({ code: 'connection' });
    expect(server.received).toEqual([]);
  });

  it('may have a certificate for the name that the connection gives', async () => {
    await serve('DNS:elsewhere.example');
    await expect(getWith({ ca: ca.cert, serverName: 'elsewhere.example' })).resolves.toMatchObject({
      name: 'n1',
    });
  });

  it('is trusted blindly where that is asked for', async () => {
    await serve('DNS:elsewhere.example');
    await expect(getWith({ insecure: true })).resolves.toMatchObject({ name: 'n1' });
  });

  it('is shown the client certificate', async () => {
    const users: (string | undefined)[] = [];
    await serve('IP:127.0.0.1', (request, response) => {
      const socket = response.socket as TLSSocket;
      users.push(socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined);
      json(rawNode('n1', 7))(request, response);
    });
    await getWith({ ca: ca.cert, ...ca.client('ada') });
    expect(users).toEqual(['ada']);
  });
});

describe('A token', () => {
  /** A pod whose ServiceAccount has a token that a test can replace. */
  async function inPod(): Promise<{ connection: Connection; rotate: (token: string) => void }> {
    const directory = mkdtempSync(join(tmpdir(), 'pod-'));
    cleanUp.push(() => {
      rmSync(directory, { recursive: true });
    });
    const rotate = (token: string): void => {
      writeFileSync(join(directory, 'token'), token);
    };
    writeFileSync(join(directory, 'ca.crt'), ca.cert);
    rotate('old');
    const { hostname, port } = new URL(server.url);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    return { connection: await loadConnection({ env, serviceAccountDirectory: directory }), rotate };
  }

  const onlyNew: Handler = (request, response) => {
    const accepted = request.headers.authorization === 'Bearer new';
    (accepted ? json(rawNode('n1', 7)) : refusal(401, { reason: 'Unauthorized' }))(request, response);
  };

  it('that was replaced is read again when the old one is refused, for a write too', async () => {
    await serve('IP:127.0.0.1', onlyNew);
    const { connection, rotate } = await inPod();
    await connection.authorization(false);
    rotate('new');
    await expect(getNode(connection)).resolves.toMatchObject({ name: 'n1' });
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('that is refused and was not replaced is not sent again, nor told to anybody', async () => {
    await serve('IP:127.0.0.1', onlyNew);
    const { connection } = await inPod();
    const error: unknown = await getNode(connection).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(server.received).toHaveLength(1);
    expect(JSON.stringify(error) + String(error)).not.toContain('Bearer');
  });

  it('that cannot be had fails the call as unauthorized', async () => {
    await serve('IP:127.0.0.1', onlyNew);
    const { connection, rotate } = await inPod();
    rotate('');
    await expect(getNode(connection)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(server.received).toEqual([]);
  });
});

import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { systemClock } from '../../clock.ts';
import { createApiServer } from '../api/api-server.ts';
import { serveCluster, type Server } from './index.ts';

const token = 'a-token-that-is-long-enough';
const bearer = { authorization: `Bearer ${token}` };

describe('A served cluster', () => {
  let server: Server;

  beforeEach(async () => {
    const api = createApiServer({ clock: systemClock, random: () => 0.5 });
    server = await serveCluster({ api, token });
  });

  afterEach(async () => {
    await server.close();
  });

  async function get(path: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    return await fetch(server.url + path, { headers });
  }

  it('answers nobody who does not show its token, not even when asked for its health', async () => {
    const shown: Record<string, string>[] = [
      {},
      { authorization: 'Bearer another-token-that-is-long' },
      { authorization: `Digest ${token}` },
      { authorization: `Basic ${Buffer.from('kubectl:wrong').toString('base64')}` },
    ];
    for (const headers of shown) {
      for (const path of ['/api/v1/nodes', '/healthz', '/version']) {
        const response = await get(path, headers);
        expect(response.status).toBe(401);
        expect(await response.json()).toMatchObject({ kind: 'Status', reason: 'Unauthorized' });
      }
    }
  });

  it('takes the token as a bearer, or as the password of whatever user', async () => {
    const password = { authorization: `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}` };
    for (const headers of [bearer, password]) {
      expect((await get('/healthz', headers)).status).toBe(200);
    }
  });

  it('puts the token into its kubeconfig for clients that send it, and into the URL for those that do not', () => {
    const { users, clusters } = parse(server.kubeconfig()) as {
      users: { user: unknown }[];
      clusters: { cluster: { server: string } }[];
    };
    expect(users[0]?.user).toEqual({ token });
    const url = new URL(clusters[0]?.cluster.server ?? '');
    expect({ origin: url.origin, password: url.password }).toEqual({ origin: server.url, password: token });
  });

  it('finds names that are encoded in the path, and refuses a path that is not properly encoded', async () => {
    const response = await get('/api/v1/namespaces/default/configmaps/a%2Fb', bearer);
    expect(await response.json()).toMatchObject({ message: 'configmaps "a/b" not found' });
    expect((await get('/api/v1/nodes/%ff', bearer)).status).toBe(400);
  });

  it('refuses a body that is larger than a real one takes', async () => {
    const response = await fetch(`${server.url}/api/v1/nodes`, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: 'x'.repeat(3 * 1024 * 1024 + 1),
    });
    expect(response.status).toBe(413);
  });

  it('ends its watches when it is closed', async () => {
    const ended = new Promise<void>((resolve, reject) => {
      const watch = httpRequest(`${server.url}/api/v1/nodes?watch=true`, { headers: bearer }, (response) => {
        response.on('error', () => undefined).on('close', resolve);
        response.resume();
        server.close().catch(reject);
      });
      watch.on('error', reject).end();
    });
    await expect(ended).resolves.toBeUndefined();
  });
});

describe('Serving a cluster', () => {
  const api = createApiServer({ clock: systemClock, random: () => 0.5 });

  it.each(['0.0.0.0', '192.0.2.1', '::', 'example.com'])(
    'is refused at %s, where others could reach it',
    async (host) => {
      await expect(serveCluster({ api, token, host })).rejects.toThrow('loopback');
    },
  );

  it.each(['short', 'with spaces in between it', 'a/slash/in/between/it'])(
    'is refused with the token "%s"',
    async (bad) => {
      await expect(serveCluster({ api, token: bad })).rejects.toThrow('token');
    },
  );
});

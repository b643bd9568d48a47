import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { systemClock } from '../../src/cluster/clock.ts';
import { createHttpCluster } from '../../src/cluster/http/http-cluster.ts';
import { loadConnection } from '../../src/cluster/http/load-connection.ts';
import { createApiServer } from '../../src/cluster/memory/api/api-server.ts';
import { serveCluster, type Server } from '../../src/cluster/memory/server/index.ts';
import { FIELD_MANAGER } from '../../src/contract/keys.ts';
import { describePort } from './port.ts';

let server: Server;

describePort('a cluster in memory, served over HTTP', async () => {
  const api = createApiServer({ clock: systemClock, random: Math.random });
  server = await serveCluster({ api, token: 'token-of-the-conformance-suite' });
  const cluster = createHttpCluster({
    connection: await connectionBy(server.kubeconfig()),
    fieldManager: FIELD_MANAGER,
    userAgent: 'conformance',
    clock: systemClock,
  });
  const outdate = (): Promise<void> => {
    api.compact();
    return Promise.resolve();
  };
  return { cluster, outdate };
});

afterAll(async () => {
  await server.close();
});

/** As the program itself comes by its connection. */
async function connectionBy(kubeconfig: string): Promise<Awaited<ReturnType<typeof loadConnection>>> {
  const directory = await mkdtemp(join(tmpdir(), 'embedded-cluster-'));
  try {
    const path = join(directory, 'kubeconfig');
    await writeFile(path, kubeconfig, { mode: 0o600 });
    return await loadConnection({ kubeconfig: path, env: {} });
  } finally {
    await rm(directory, { recursive: true });
  }
}

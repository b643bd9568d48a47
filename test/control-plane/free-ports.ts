import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

import { eventually } from './eventually.ts';

/**
 * Below the ports that the operating system gives to outgoing connections (from 32768 on Linux, 49152 on macOS). One of those could
 * be taken by any connection before the server listens, or, while an API server restarts, by a client that so connects to itself.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

const ATTEMPTS = 100;

/** Ports of the loopback interface that nobody uses at the moment. All are held until the last is found, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  try {
    for (let attempt = 0; ports.length < count; attempt += 1) {
      if (attempt === ATTEMPTS) throw new Error(`no free port found in ${ATTEMPTS} attempts`);
      const port = randomInt(FIRST_PORT, LAST_PORT);
      const server = await listen(port);
      if (server === undefined) continue;
      servers.push(server);
      ports.push(port);
    }
    return ports;
  } finally {
    await Promise.all(servers.map(close));
  }
}

/** Waits until nobody listens on a port: a program that has ended keeps its sockets for a moment yet, and longer if it was large. */
export async function untilFree(port: number): Promise<void> {
  await eventually(
    async () => {
      const server = await listen(port);
      if (server === undefined) return false;
      await close(server);
      return true;
    },
    { what: `port ${port} to be free`, intervalMs: 20 },
  );
}

/** @returns undefined if the port is in use */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

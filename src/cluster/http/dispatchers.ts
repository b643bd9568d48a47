import { createSecureContext } from 'node:tls';
import { Pool } from 'undici';
import type { Connection, TlsOptions } from './connection.ts';

/**
 * The sockets to one API server. Calls and watches do not share any, so that no number of watches can starve a call; nor do Leases and
 * other calls, so that no number of them keeps a leader from saying that it is still there.
 */
export interface Dispatchers {
  readonly calls: Pool;
  readonly leases: Pool;
  readonly watches: Pool;
}

// As many calls at once as still raise the throughput against one API server; more only wait there instead of here.
const CALL_CONNECTIONS = 64;

// There is one Lease, written by one call at a time; one more, for the one that hangs.
const LEASE_CONNECTIONS = 2;

// The API server drops a connection that was idle for 90 s: be the first, or a write meets a socket that is just being closed.
const IDLE_MS = 60_000;

const CONNECT_MS = 10_000;

// A page of 500 large objects has tens of MiB. What is far more than that is not an answer to keep in memory.
const LARGEST_ANSWER = 512 * 1024 * 1024;

export function openDispatchers(connection: Connection): Dispatchers {
  const { tls, server } = connection;
  const common = {
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    // How long to wait for what is up to the calls, by the clock they were given.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: CONNECT_MS,
      rejectUnauthorized: tls.insecure !== true,
      ...certificates(tls),
      ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    },
  };
  const answered = { ...common, maxResponseSize: LARGEST_ANSWER };
  return {
    calls: new Pool(server.origin, { ...answered, connections: CALL_CONNECTIONS }),
    leases: new Pool(server.origin, { ...answered, connections: LEASE_CONNECTIONS }),
    watches: new Pool(server.origin, { ...common, connections: null }),
  };
}

/** Parsed once, not for each connection: a watch of a node's pods takes one of its own, and there is such a watch for each node. */
function certificates({ ca, cert, key }: TlsOptions): object {
  const pem = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  try {
    return { secureContext: createSecureContext(pem) };
  } catch {
    // Whoever makes a call is told what is wrong with them.
    return pem;
  }
}

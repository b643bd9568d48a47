import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../../clock.ts';
import { StatusError } from '../api/status-error.ts';
import type { ApiServer } from '../api/types.ts';
import { failure, type Answer } from './answer.ts';
import { showsToken } from './authentication.ts';
import { readRequest, sendAnswer } from './exchange.ts';
import { kubeconfigFor } from './kubeconfig.ts';
import { internalError, unauthorized } from './refusals.ts';
import { answer } from './routes.ts';

export interface ServeOptions {
  readonly api: ApiServer;
  /** What every request must show. Whoever has it can do anything: to be made at random, from a source that cannot be guessed. */
  readonly token: string;
  /** An address of this machine that no other machine reaches. Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: one that is free. */
  readonly port?: number;
  /** The time that clients live in: ends and bookmarks watches. Default: the system's, whatever time the cluster keeps. */
  readonly clock?: Clock;
}

/** A cluster that is being served. */
export interface Server {
  /** Where: `http://127.0.0.1:8001`. */
  readonly url: string;
  readonly token: string;
  /** What kubectl needs to know, in YAML. It holds the token. */
  kubeconfig(): string;
  /** Breaks off whatever is under way and listens no more. */
  close(): Promise<void>;
}

/**
 * Serves a cluster in memory over HTTP as an API server would: to kubectl, to this program's own client, to any other.
 *
 * @throws RangeError if the host is not a loopback address, or the token is too short or has characters that no URL has; an Error of
 * the system if the port is taken
 */
export async function serveCluster(options: ServeOptions): Promise<Server> {
  const { token, host = '127.0.0.1', port = 0 } = options;
  if (!LOOPBACK.test(host))
    throw new RangeError(`${host} is not a loopback address: other machines could reach it`);
  if (!TOKEN.test(token))
    throw new RangeError('A token has at least 16 letters, digits, ".", "_", "~" or "-"');
  const server = createServer((request, response) => {
    exchange(options, request, response).catch(() => {
      // What cannot be answered, not even with an error, is broken off.
      response.destroy();
    });
  });
  // Clients keep their connections for longer than Node does by default, and would lose calls to a connection that is closing.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, host, port);
  const url = urlOf(server.address() as AddressInfo);
  return { url, token, kubeconfig: () => kubeconfigFor(url, token), close: () => close(server) };
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
// It stands in a header and in a URL, and is the same in both.
const TOKEN = /^[A-Za-z0-9._~-]{16,}$/;
const KEEP_ALIVE_MS = 120_000;

async function exchange(
  { api, token, clock = systemClock }: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const allowed = showsToken(request.headers.authorization, token);
  const answered = allowed ? await answerTo(api, request) : failure(unauthorized().status);
  // What was not read to its end cannot be followed by another request.
  if (!request.complete) response.setHeader('connection', 'close');
  sendAnswer(response, answered, clock);
}

async function answerTo(api: ApiServer, request: IncomingMessage): Promise<Answer> {
  try {
    return answer(api, await readRequest(request));
  } catch (error) {
    return failure((error instanceof StatusError ? error : internalError(error)).status);
  }
}

function listen(server: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function close(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

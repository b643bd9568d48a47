import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ListenAddress } from './listen-address.ts';
import { listenUntilAborted } from './listening-server.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServerOptions {
  readonly address: ListenAddress;
  readonly metrics: Pick<Metrics, 'render' | 'contentType'>;
  /** Whether the process is to be left running; false makes kubelet restart it. */
  readonly healthy: () => boolean;
  /** Whether it has seen the cluster and does its work, or stands by to. */
  readonly ready: () => boolean;
}

export interface MetricsServer {
  /** Where it listens, with the port that was chosen if none was asked for. */
  readonly address: ListenAddress & { readonly host: string };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const PLAIN_TEXT = 'text/plain; charset=utf-8';

/**
 * Serves `/metrics`, `/healthz` and `/readyz` until the signal aborts.
 *
 * @throws the listener's own error (EADDRINUSE, EACCES, …) if the address cannot be had
 */
export async function startMetricsServer(
  options: MetricsServerOptions,
  signal: AbortSignal,
): Promise<MetricsServer> {
  const server = createServer(
    { maxHeaderSize: 8 * 1024, headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      void respond(options, request, response);
    },
  );
  server.maxConnections = 100;
  return { address: await listenUntilAborted(server, options.address, signal) };
}

async function respond(
  options: MetricsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Nothing here reads a body: let one that is sent all the same run into nothing.
  request.resume();
  const { status, body, headers } = await answer(options, request).catch((): Answer => ({
    status: 500,
    body: 'the metrics could not be rendered\n',
  }));
  response.writeHead(status, {
    'content-type': PLAIN_TEXT,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answer(options: MetricsServerOptions, request: IncomingMessage): Promise<Answer> {
  const path = request.url?.split('?', 1)[0] ?? '';
  const pages: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
    '/metrics': async () => ({
      status: 200,
      body: await options.metrics.render(),
      headers: { 'content-type': options.metrics.contentType },
    }),
    '/healthz': () => verdict(options.healthy(), 'not healthy'),
    '/readyz': () => verdict(options.ready(), 'not ready'),
  };
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) {
    return { status: 404, body: 'not found: there are /metrics, /healthz and /readyz\n' };
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, body: 'method not allowed\n', headers: { allow: 'GET, HEAD' } };
  }
  return page();
}

function verdict(good: boolean, otherwise: string): Answer {
  return good ? { status: 200, body: 'ok\n' } : { status: 503, body: `${otherwise}\n` };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../cluster/clock.ts';
import type { ListenAddress } from '../../operator/telemetry/listen-address.ts';
import { listenUntilAborted } from '../../operator/telemetry/listening-server.ts';
import { refusal, type Answer } from './answers.ts';
import { EventHub } from './event-hub.ts';
import type { FleetFeed } from './feed.ts';
import { turnAway, turnAwayFromData, type GateOptions } from './gate.ts';
import { SECURITY_HEADERS } from './headers.ts';
import { isLoopback } from './loopback.ts';
import { notFound, routeOf, unlessLeading, type PageFiles, type Route } from './routes.ts';
import { openAccess, type Access } from './token-access.ts';

export interface DashboardOptions {
  readonly address: ListenAddress;
  readonly feed: FleetFeed;
  readonly page: PageFiles;
  readonly clock: Clock;
  /** Who may look, where more than this machine can reach the server. */
  readonly access: Access;
}

export interface DashboardServer {
  /** Where it listens, with the port that was chosen if none was asked for. */
  readonly address: ListenAddress & { readonly host: string };
}

/**
 * Serves the dashboard until the signal aborts. On the loopback interface whoever reaches it may look; anywhere else, only who has a
 * token.
 *
 * @throws the listener's own error (EADDRINUSE, EACCES, …) if the address cannot be had
 */
export async function startDashboard(
  options: DashboardOptions,
  signal: AbortSignal,
): Promise<DashboardServer> {
  const dashboard = new Dashboard(options);
  const server = createServer(
    { maxHeaderSize: 16 * 1024, headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      void dashboard.respond(request, response);
    },
  );
  server.maxConnections = 200;
  const address = await listenUntilAborted(server, options.address, signal);
  return { address };
}

class Dashboard {
  readonly #options: DashboardOptions;
  readonly #hub: EventHub;
  readonly #gate: GateOptions;

  constructor(options: DashboardOptions) {
    this.#options = options;
    this.#hub = new EventHub(options);
    const local = isLoopback(options.address);
    this.#gate = { local, access: local ? openAccess : options.access };
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Nothing here reads a body: let one that is sent all the same run into nothing.
    request.resume();
    const answer = await this.#answer(request, response).catch(() =>
      refusal(500, { kind: 'unavailable', message: 'Something went wrong' }),
    );
    if (answer !== undefined) send(request, response, answer);
  }

  /** Undefined: events are being sent. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const turnedAway = turnAway(request, this.#gate);
    if (turnedAway !== undefined) return turnedAway;
    const route = routeOf(request.url ?? '', this.#options.page);
    if (route.kind === 'file') return route.answer;
    if (route.kind === 'nothing') return notFound('There is nothing here');
    return (await turnAwayFromData(request, this.#gate)) ?? this.#data(route, request, response);
  }

  #data(
    route: Extract<Route, { kind: 'data' | 'events' }>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Answer | undefined {
    const { feed } = this.#options;
    const refused = unlessLeading(feed);
    if (refused !== undefined) return refused;
    if (route.kind === 'data') return route.answer(feed);
    if (this.#hub.isFull) return refusal(503, { kind: 'busy', message: 'Too many look already' });
    if (request.method !== 'HEAD') this.#stream(request, response);
    else response.writeHead(200, STREAM_HEADERS).end();
    return undefined;
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, STREAM_HEADERS);
    const end = this.#hub.add(response);
    this.#endWhenForbidden(request, response, end);
  }

  /** Who may look now may be forbidden to later. */
  #endWhenForbidden(request: IncomingMessage, response: ServerResponse, end: () => void): void {
    const { access } = this.#gate;
    if (access.validFor === undefined) return;
    const cancel = this.#options.clock.after(access.validFor, () => {
      void access.check(request.headers.authorization).then((verdict) => {
        if (response.destroyed) return;
        if (verdict === 'allowed' || verdict === 'unavailable')
          this.#endWhenForbidden(request, response, end);
        else end();
      });
    });
    response.once('close', cancel);
  }
}

const STREAM_HEADERS = {
  ...SECURITY_HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  // Some proxies collect what they pass on.
  'x-accel-buffering': 'no',
} as const;

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, body, type, headers }: Answer,
): void {
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-type': type,
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

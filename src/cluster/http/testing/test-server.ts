import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as the server got it. */
export interface Received {
  readonly method: string;
  /** As sent, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON; undefined if there was no body. */
  readonly body: unknown;
}

export type Handler = (request: Received, response: ServerResponse) => void;

/** An API server on the loopback interface that does whatever a test wants, faults included. */
export class TestServer {
  readonly #server: Server;
  readonly #handlers: Handler[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Every request so far. */
  readonly received: Received[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#take(request, response);
    });
  }

  /** @param tls to speak HTTPS */
  static async start(tls?: ServerOptions): Promise<TestServer> {
    const server = tls === undefined ? createHttpServer() : createHttpsServer(tls);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TestServer(server);
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http${'setSecureContext' in this.#server ? 's' : ''}://127.0.0.1:${port}`;
  }

  /** From now on: how requests are answered, the first one first; the last handler stays. */
  answer(...handlers: readonly Handler[]): void {
    this.#handlers.splice(0, Infinity, ...handlers);
  }

  /** Resolves when there have been this many requests. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The request that came last. */
  get last(): Received {
    const last = this.received.at(-1);
    if (last === undefined) throw new Error('there was no request');
    return last;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const received: Received = {
      method: request.method ?? '',
      path,
      query: new URLSearchParams(query),
      headers: request.headers,
      body: body === '' ? undefined : JSON.parse(body),
    };
    this.received.push(received);
    const handler = this.#handlers.length > 1 ? this.#handlers.shift() : this.#handlers[0];
    handler?.(received, response);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

/** For how long a server that is away is asked again, in milliseconds. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 50;

/** How to reach an API server, with rights to read everything. */
export interface Access {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** The certificate authority, as PEM text. */
  readonly ca: string;
  readonly token: string;
}

/** The API server refused. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(call: string, status: number, body: string) {
    super(`${call}: ${status} ${body.slice(0, 300)}`);
    this.status = status;
  }
}

/** Whether a failure passes by itself: there is no server, or it starts, ends, waits for its store, or is busy. */
export function passes(error: unknown): boolean {
  if (!(error instanceof Refusal)) return true;
  return [401, 403, 429].includes(error.status) || error.status >= 500;
}

/** Reads from an API server. It shares nothing with the operator's own client, so that a fault in that one shows. */
export class Reader {
  readonly #agent: Agent;
  readonly #access: Access;
  #closed = false;

  constructor(access: Access) {
    this.#access = access;
    this.#agent = new Agent({ connect: { ca: access.ca }, bodyTimeout: 0, headersTimeout: 60_000 });
  }

  /**
   * Reads once, however long it takes the server to come back.
   *
   * @throws Error if it has not come back within a minute. @throws Refusal
   */
  async get(path: string, accept = 'application/json'): Promise<unknown> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        const body = await this.#open(path, accept);
        return JSON.parse(await body.text()) as unknown;
      } catch (error) {
        if (!passes(error) || this.#closed || Date.now() > deadline) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  /** The lines of a response that does not end, each parsed, until the server ends it or the signal aborts. */
  async *stream(path: string, signal: AbortSignal): AsyncGenerator {
    const body = await this.#open(path, 'application/json', signal);
    const decoder = new TextDecoder();
    let pieces: string[] = [];
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      const parts = decoder.decode(chunk, { stream: true }).split('\n');
      const rest = parts.pop() ?? '';
      for (const part of parts) {
        const line = pieces.join('') + part;
        pieces = [];
        if (line !== '') yield JSON.parse(line);
      }
      if (rest !== '') pieces.push(rest);
    }
  }

  /** Breaks off whatever is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#agent.destroy();
  }

  async #open(path: string, accept: string, signal?: AbortSignal) {
    const { statusCode, body } = await this.#agent.request({
      origin: this.#access.server,
      path,
      method: 'GET',
      headers: { accept, authorization: `Bearer ${this.#access.token}` },
      signal: signal ?? null,
    });
    if (statusCode >= 300) throw new Refusal(`GET ${path}`, statusCode, await body.text());
    return body;
  }
}

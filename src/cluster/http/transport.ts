import type { Dispatcher, Pool } from 'undici';
import { malformed } from '../calls.ts';
import type { Clock } from '../clock.ts';
import { ApiError } from '../errors.ts';
import { answerFailure } from '../status-errors.ts';
import type { Call, RequestRecord } from './call.ts';
import { Chunks } from './chunks.ts';
import { ConnectionError, type Connection } from './connection.ts';
import { Cutoff } from './cutoff.ts';
import { openDispatchers, type Dispatchers } from './dispatchers.ts';
import { transportFailure } from './failure.ts';

export interface TransportOptions {
  readonly connection: Connection;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly onRequest?: (record: RequestRecord) => void;
  /** Milliseconds until a call must have its whole answer, or a watch its stream. */
  readonly callTimeoutMs: number;
}

/** The bytes of a successful answer as they come, and how to cut them off. */
export interface Stream {
  readonly chunks: Chunks;
  readonly cutoff: Cutoff;
}

/** Sends requests to one API server, and turns all that can go wrong into {@link ApiError}. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #dispatchers: Dispatchers;
  readonly #basePath: string;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#dispatchers = openDispatchers(options.connection);
    this.#basePath = options.connection.server.pathname.replace(/\/+$/, '');
  }

  /** Makes a call and returns its answer, parsed. */
  async send(call: Call): Promise<unknown> {
    return await this.#recorded(call, async (answer) => parse(call, await answer.body.text()));
  }

  /** Makes a call of whose answer only success counts. */
  async sendOnly(call: Call): Promise<void> {
    await this.#recorded(call, async (answer) => {
      // Read to its end, because only then does the connection serve another call.
      await answer.body.dump();
    });
  }

  /** Opens a stream. Its end is the caller's to see to: the cutoff is armed no more, and is to be released. */
  async open(call: Call): Promise<Stream> {
    const cutoff = new Cutoff(this.#options.clock, call.signal);
    const record = this.#startRecord(call);
    try {
      cutoff.arm(this.#options.callTimeoutMs);
      const answer = await cutoff.race(this.#request(this.#dispatchers.watches, call, cutoff));
      cutoff.disarm();
      record(answer.statusCode);
      return { chunks: new Chunks(answer.body), cutoff };
    } catch (error) {
      cutoff.release();
      throw record(transportFailure(call, error, cutoff));
    }
  }

  /** Breaks off whatever is under way. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.#dispatchers).map((pool: Pool) => pool.destroy()));
  }

  async #recorded<R>(call: Call, read: (answer: Dispatcher.ResponseData) => Promise<R>): Promise<R> {
    const cutoff = new Cutoff(this.#options.clock, call.signal);
    const record = this.#startRecord(call);
    const { calls, leases } = this.#dispatchers;
    try {
      cutoff.arm(this.#options.callTimeoutMs);
      const pool = call.resource === 'leases' ? leases : calls;
      const answer = await cutoff.race(this.#request(pool, call, cutoff));
      const result = await read(answer);
      record(answer.statusCode);
      return result;
    } catch (error) {
      throw record(transportFailure(call, error, cutoff));
    } finally {
      cutoff.release();
    }
  }

  /** The answer's head, if it is a success. */
  async #request(pool: Pool, call: Call, cutoff: Cutoff): Promise<Dispatcher.ResponseData> {
    const authorization = await this.#authorization(call, false);
    let answer = await this.#dispatch(pool, call, { cutoff, authorization });
    if (answer.statusCode === 401) {
      // Tokens are rotated: perhaps the one that was sent is no longer the one to send.
      const renewed = await this.#authorization(call, true);
      if (renewed !== authorization) {
        await answer.body.dump();
        answer = await this.#dispatch(pool, call, { cutoff, authorization: renewed });
      }
    }
    if (answer.statusCode < 300) return answer;
    throw answerFailure(call, {
      status: answer.statusCode,
      body: parseLeniently(await answer.body.text()),
      retryAfter: single(answer.headers['retry-after']),
    });
  }

  async #dispatch(
    pool: Pool,
    call: Call,
    { cutoff, authorization }: { readonly cutoff: Cutoff; readonly authorization: string | undefined },
  ): Promise<Dispatcher.ResponseData> {
    return await pool.request({
      method: call.method,
      path: this.#basePath + call.path,
      signal: cutoff.signal,
      headers: {
        accept: 'application/json',
        'user-agent': this.#options.userAgent,
        ...(authorization === undefined ? {} : { authorization }),
        ...(call.body === undefined ? {} : { 'content-type': call.body.contentType }),
      },
      body: call.body === undefined ? null : JSON.stringify(call.body.json),
    });
  }

  async #authorization(call: Call, fresh: boolean): Promise<string | undefined> {
    try {
      return await this.#options.connection.authorization(fresh);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      throw new ApiError('unauthorized', `${call.name}: ${error.message}`, { call: call.name, cause: error });
    }
  }

  /** Returns what is to be called with what the request came to. */
  #startRecord(call: Call): <Outcome extends number | ApiError>(outcome: Outcome) => Outcome {
    const { clock, onRequest } = this.#options;
    const began = clock.monotonic();
    return (outcome) => {
      const status = typeof outcome === 'number' ? outcome : (outcome.details.status ?? whyNone(outcome));
      const { verb, resource } = call;
      onRequest?.({ verb, resource, status, seconds: (clock.monotonic() - began) / 1000 });
      return outcome;
    };
  }
}

function whyNone(error: ApiError): Exclude<RequestRecord['status'], number> {
  const { code } = error;
  return code === 'timeout' || code === 'malformed' || code === 'aborted' ? code : 'connection';
}

function parse(call: Call, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the text, which may hold anybody's data.
    throw malformed(call, 'the answer is not JSON');
  }
}

// A failure's answer need not come from the API server itself: proxies answer in HTML.
function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

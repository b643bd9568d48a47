import type { ApiObject, ObjectRef } from '../../kubernetes/objects.ts';
import type { Clock } from '../clock.ts';
import type { ApiError } from '../errors.ts';
import type {
  CallOptions,
  Cluster,
  DeleteOptions,
  EvictOptions,
  JsonPatchOperation,
  List,
  Query,
  ResourceType,
  Stored,
  WatchEvent,
  WatchQuery,
} from '../port.ts';
import type { Call, RequestRecord } from './call.ts';
import type { Connection } from './connection.ts';
import { decodeObject } from './decode.ts';
import { silent, type Log } from './log.ts';
import { get, list } from './reads.ts';
import { READ_RETRIES, withRetries, WRITE_RETRIES } from './retry.ts';
import { Transport } from './transport.ts';
import { WATCH_LIMITS, type WatchLimits } from './watch.ts';
import { Watcher } from './watcher.ts';
import { applyCall, createCall, deleteCall, evictCall, patchCall } from './writes.ts';

export interface HttpClusterOptions {
  readonly connection: Connection;
  /** Under which name the API server keeps account of what this program writes. */
  readonly fieldManager: string;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries and the ends of watches. Default: `Math.random`. */
  readonly random?: () => number;
  readonly log?: Log;
  /** Told of every HTTP request when it is over, and of every watch when it has begun or failed to. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Milliseconds until a call must have its whole answer, or a watch its beginning. Default: 30,000. */
  readonly callTimeoutMs?: number;
  /** Objects per page of a list. Default: 500. */
  readonly pageSize?: number;
  readonly watchLimits?: Partial<WatchLimits>;
}

/** A cluster whose API server is reached over HTTP. To be closed when it is no longer used, or its sockets keep the process alive. */
export function createHttpCluster(options: HttpClusterOptions): Cluster & { close(): Promise<void> } {
  return new HttpCluster(options);
}

class HttpCluster implements Cluster {
  readonly #transport: Transport;
  readonly #watcher: Watcher;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Log;
  readonly #fieldManager: string;
  readonly #pageSize: number;

  constructor(options: HttpClusterOptions) {
    this.#clock = options.clock;
    this.#random = options.random ?? Math.random;
    this.#log = options.log ?? silent;
    this.#fieldManager = options.fieldManager;
    this.#pageSize = options.pageSize ?? 500;
    this.#transport = new Transport({ ...options, callTimeoutMs: options.callTimeoutMs ?? 30_000 });
    this.#watcher = new Watcher({
      transport: this.#transport,
      limits: { ...WATCH_LIMITS, ...options.watchLimits },
      random: this.#random,
      log: this.#log,
      list: (type, query, callOptions) => this.list(type, query, callOptions),
    });
  }

  async get<T extends Stored>(type: ResourceType<T>, ref: ObjectRef, options: CallOptions = {}): Promise<T> {
    return await get((call) => this.#read(call), type, ref, options);
  }

  async list<T extends Stored>(
    type: ResourceType<T>,
    query: Query,
    options: CallOptions = {},
  ): Promise<List<T>> {
    return await list((call) => this.#read(call), { type, query, pageSize: this.#pageSize }, options);
  }

  watch<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options: CallOptions = {},
  ): AsyncIterable<WatchEvent<T>> {
    return this.#watcher.watch(type, query, options);
  }

  async create<T extends Stored>(
    type: ResourceType<T>,
    object: ApiObject,
    options: CallOptions = {},
  ): Promise<T> {
    return await this.#write(
      type,
      createCall(type, object, { ...options, fieldManager: this.#fieldManager }),
    );
  }

  async patch<T extends Stored>(
    type: ResourceType<T>,
    ref: ObjectRef & { readonly subresource?: 'status' },
    operations: readonly JsonPatchOperation[],
    options: CallOptions = {},
  ): Promise<T> {
    const call = patchCall(type, ref, operations, { ...options, fieldManager: this.#fieldManager });
    return await this.#write(type, call);
  }

  async apply<T extends Stored>(
    type: ResourceType<T>,
    object: ApiObject & { readonly subresource?: 'status' },
    options: CallOptions = {},
  ): Promise<T> {
    return await this.#write(type, applyCall(type, object, { ...options, fieldManager: this.#fieldManager }));
  }

  async delete(type: ResourceType<Stored>, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const call = deleteCall(type, ref, options);
    await this.#retry(call, WRITE_RETRIES, () => this.#transport.sendOnly(call));
  }

  async evict(pod: ObjectRef, uid: string, options: EvictOptions = {}): Promise<void> {
    // Never retried: its 429 says that a budget stands in the way, which is the caller's to deal with.
    await this.#transport.sendOnly(evictCall(pod, uid, options));
  }

  /** Breaks off whatever is under way. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #read(call: Call): Promise<unknown> {
    return await this.#retry(call, READ_RETRIES, () => this.#transport.send(call));
  }

  async #write<T extends Stored>(type: ResourceType<T>, call: Call): Promise<T> {
    const answer = await this.#retry(call, WRITE_RETRIES, () => this.#transport.send(call));
    return decodeObject(call, type, answer);
  }

  async #retry<R>(
    call: Call,
    codes: Parameters<typeof withRetries>[1],
    attempt: () => Promise<R>,
  ): Promise<R> {
    const onRetry = (error: ApiError, delayMs: number): void => {
      this.#log.debug(
        { call: call.name, code: error.code, status: error.details.status, delayMs },
        'Call is tried again',
      );
    };
    return await withRetries(attempt, codes, {
      clock: this.#clock,
      random: this.#random,
      signal: call.signal,
      onRetry,
    });
  }
}

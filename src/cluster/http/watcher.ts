import { hasCode } from '../errors.ts';
import type { CallOptions, List, Query, ResourceType, Stored, WatchEvent, WatchQuery } from '../port.ts';
import type { Log } from './log.ts';
import type { Transport } from './transport.ts';
import { readEvents, watchCall, type WatchLimits } from './watch.ts';

export interface WatcherOptions {
  readonly transport: Transport;
  readonly limits: WatchLimits;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  readonly list: <T extends Stored>(
    type: ResourceType<T>,
    query: Query,
    options: CallOptions,
  ) => Promise<List<T>>;
}

/** Opens watches, and makes up for a server that cannot begin one with the objects that are there already. */
export class Watcher {
  readonly #options: WatcherOptions;
  /** Whether this server is known not to know `sendInitialEvents`, as old ones do not. */
  #refusesInitialEvents = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  async *watch<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options: CallOptions,
  ): AsyncGenerator<WatchEvent<T>> {
    if (query.initialEvents !== true) {
      yield* await this.#open(type, query, options);
      return;
    }
    const stream = this.#refusesInitialEvents
      ? undefined
      : await this.#openUnlessRefused(type, query, options);
    yield* stream ?? this.#listThenWatch(type, query, options);
  }

  async #open<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options: CallOptions,
  ): Promise<AsyncGenerator<WatchEvent<T>>> {
    const { transport, limits, random } = this.#options;
    const timeoutSeconds = Math.round(limits.minSeconds + random() * (limits.maxSeconds - limits.minSeconds));
    const call = watchCall(type, query, { ...options, timeoutSeconds });
    return readEvents(await transport.open(call), { call, type, limits });
  }

  async #openUnlessRefused<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options: CallOptions,
  ): Promise<AsyncGenerator<WatchEvent<T>> | undefined> {
    try {
      return await this.#open(type, query, options);
    } catch (error) {
      if (hasCode(error, 'invalid')) return undefined;
      throw error;
    }
  }

  async *#listThenWatch<T extends Stored>(
    type: ResourceType<T>,
    { namespace, labelSelector, fieldSelector }: WatchQuery,
    options: CallOptions,
  ): AsyncGenerator<WatchEvent<T>> {
    const query = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    const { items, resourceVersion } = await this.#options.list(type, query, options);
    // Only now is it sure that it was the initial events that were refused, and not, say, a selector.
    if (!this.#refusesInitialEvents) {
      this.#refusesInitialEvents = true;
      this.#options.log.debug(
        { resource: type.plural },
        'API server refuses initial events: listing instead',
      );
    }
    for (const object of items) yield { type: 'added', object };
    yield { type: 'bookmark', resourceVersion, initialEventsEnd: true };
    yield* await this.#open(type, { ...query, resourceVersion }, options);
  }
}

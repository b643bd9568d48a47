import type { ApiError } from '../errors.ts';
import type {
  CallOptions,
  Cluster,
  List,
  Query,
  ResourceType,
  Stored,
  WatchEvent,
  WatchQuery,
} from '../port.ts';

/** The server's end of one watch. */
export class ScriptedWatch<T> {
  readonly query: WatchQuery;
  readonly #steps: (WatchEvent<T> | ApiError | 'end')[] = [];
  #wake: () => void = () => undefined;

  constructor(query: WatchQuery, signal: AbortSignal | undefined) {
    this.query = query;
    signal?.addEventListener('abort', () => {
      this.#then('end');
    });
  }

  send(...events: readonly WatchEvent<T>[]): void {
    for (const event of events) this.#then(event);
  }

  end(): void {
    this.#then('end');
  }

  fail(error: ApiError): void {
    this.#then(error);
  }

  async *events(): AsyncGenerator<WatchEvent<T>> {
    for (;;) {
      const step = this.#steps.shift();
      if (step === 'end') return;
      if (step instanceof Error) throw step;
      if (step !== undefined) yield step;
      else await this.#more();
    }
  }

  #then(step: WatchEvent<T> | ApiError | 'end'): void {
    this.#steps.push(step);
    this.#wake();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A cluster of one kind of object whose every answer a test gives by hand. */
export class ScriptedCluster<O extends Stored> implements Pick<Cluster, 'list' | 'watch'> {
  /** What the next lists are answered with, the first one first; the last one stays. */
  readonly lists: (List<O> | ApiError | Promise<List<O>>)[] = [];
  /** Every watch there has been. */
  readonly watches: ScriptedWatch<O>[] = [];
  listed = 0;

  async list<T extends Stored>(
    _type: ResourceType<T>,
    _query: Query,
    options?: CallOptions,
  ): Promise<List<T>> {
    options?.signal?.throwIfAborted();
    this.listed += 1;
    const answer = this.lists.length > 1 ? this.lists.shift() : this.lists[0];
    if (answer === undefined) throw new Error('the test gives no list');
    if (answer instanceof Error) throw answer;
    return (await answer) as List<Stored> as List<T>;
  }

  watch<T extends Stored>(
    _type: ResourceType<T>,
    query: WatchQuery,
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const watch = new ScriptedWatch<O>(query, options?.signal);
    this.watches.push(watch);
    return watch.events() as AsyncGenerator<WatchEvent<Stored>> as AsyncGenerator<WatchEvent<T>>;
  }

  /** The watch that was opened last. */
  get latest(): ScriptedWatch<O> {
    const watch = this.watches.at(-1);
    if (watch === undefined) throw new Error('nobody watches');
    return watch;
  }
}

import type { ApiObject, ObjectRef } from '../kubernetes/objects.ts';
import { resourceOf, type Verb } from './calls.ts';
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
} from './port.ts';

/** What is asked of a cluster. */
export interface Call {
  readonly verb: Verb;
  /** The plural, with its subresource: `nodes`, `pods/eviction`. */
  readonly resource: string;
  /** Empty for a list or a watch. */
  readonly name: string;
  /** Of an eviction. */
  readonly namespace?: string;
  /** Of a list or a watch. */
  readonly query?: WatchQuery;
  /** Of a patch. */
  readonly operations?: readonly JsonPatchOperation[];
  /** Of what is created or applied. */
  readonly object?: ApiObject;
  /** Of a deletion: its preconditions. */
  readonly options?: Omit<DeleteOptions, 'signal'>;
}

/** What a call was made with, and how to make it. */
export interface MadeCall<R> {
  readonly call: Call;
  /** The caller's: it gives up when this aborts. */
  readonly signal: AbortSignal | undefined;
  /** Makes the call, which then is not the caller's to give up any more: what has been sent has been sent. */
  readonly perform: () => Promise<R>;
}

/** The stream that a watch was asked for, and how to open it. */
export interface OpenedWatch<T extends Stored> {
  readonly call: Call;
  readonly signal: AbortSignal | undefined;
  /** @param until ends the stream when it aborts */
  readonly open: (until: AbortSignal | undefined) => AsyncIterable<WatchEvent<T>>;
}

/** A way to a cluster on which something happens to every call, whatever it asks for. */
export abstract class InterceptedCluster implements Cluster {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Answers a call, having made it or not. */
  protected abstract answer<R>(made: MadeCall<R>): Promise<R>;

  /** Answers a watch. */
  protected abstract stream<T extends Stored>(opened: OpenedWatch<T>): AsyncIterable<WatchEvent<T>>;

  get<T extends Stored>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T> {
    const call = { verb: 'get', resource: type.plural, name: ref.name } as const;
    return this.#made(call, options, () => this.#cluster.get(type, ref));
  }

  list<T extends Stored>(type: ResourceType<T>, query: Query, options?: CallOptions): Promise<List<T>> {
    const call = { verb: 'list', resource: type.plural, name: '', query } as const;
    return this.#made(call, options, () => this.#cluster.list(type, query));
  }

  watch<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const call = { verb: 'watch', resource: type.plural, name: '', query } as const;
    return this.stream({
      call,
      signal: options?.signal,
      open: (until) => this.#cluster.watch(type, query, until === undefined ? {} : { signal: until }),
    });
  }

  create<T extends Stored>(type: ResourceType<T>, object: ApiObject, options?: CallOptions): Promise<T> {
    const call = { verb: 'create', resource: type.plural, name: object.metadata.name, object } as const;
    return this.#made(call, options, () => this.#cluster.create(type, object));
  }

  patch<T extends Stored>(
    type: ResourceType<T>,
    ref: ObjectRef & { readonly subresource?: 'status' },
    operations: readonly JsonPatchOperation[],
    options?: CallOptions,
  ): Promise<T> {
    const resource = resourceOf(type, ref.subresource);
    const call = { verb: 'patch', resource, name: ref.name, operations } as const;
    return this.#made(call, options, () => this.#cluster.patch(type, ref, operations));
  }

  apply<T extends Stored>(
    type: ResourceType<T>,
    object: ApiObject & { readonly subresource?: 'status' },
    options?: CallOptions,
  ): Promise<T> {
    const resource = resourceOf(type, object.subresource);
    const call = { verb: 'apply', resource, name: object.metadata.name, object } as const;
    return this.#made(call, options, () => this.#cluster.apply(type, object));
  }

  delete(
    type: ResourceType<Stored>,
    ref: ObjectRef,
    { signal, ...options }: DeleteOptions = {},
  ): Promise<void> {
    const call = { verb: 'delete', resource: type.plural, name: ref.name, options } as const;
    const given = signal === undefined ? {} : { signal };
    return this.#made(call, given, () => this.#cluster.delete(type, ref, options));
  }

  evict(pod: ObjectRef, uid: string, { signal, ...options }: EvictOptions = {}): Promise<void> {
    const call = { verb: 'evict', resource: 'pods/eviction', ...pod } as const;
    const given = signal === undefined ? {} : { signal };
    return this.#made(call, given, () => this.#cluster.evict(pod, uid, options));
  }

  #made<R>(call: Call, options: CallOptions | undefined, perform: () => Promise<R>): Promise<R> {
    return this.answer({ call, signal: options?.signal, perform });
  }
}

import type { ApiObject, ObjectRef } from '../../kubernetes/objects.ts';
import { givenUp, nameCall, resourceOf, trimmed, type NamedCall } from '../calls.ts';
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
import { answerFailure } from '../status-errors.ts';
import { setField } from './api/json.ts';
import { unknownResource } from './api/refusals.ts';
import { StatusError } from './api/status-error.ts';
import type { ApiServer, Deletion, RawObject } from './api/types.ts';
import { watchEvents } from './memory-watch.ts';

export interface MemoryClusterOptions {
  readonly api: ApiServer;
  /** Under which name the API server keeps account of what this program writes. */
  readonly fieldManager: string;
}

/** A cluster whose API server is an object in the same process. Every call has its effect at once and is answered soon after. */
export function createMemoryCluster(options: MemoryClusterOptions): Cluster {
  return new MemoryCluster(options);
}

class MemoryCluster implements Cluster {
  readonly #api: ApiServer;
  readonly #fieldManager: string;

  constructor({ api, fieldManager }: MemoryClusterOptions) {
    this.#api = api;
    this.#fieldManager = fieldManager;
  }

  async get<T extends Stored>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T> {
    const call = { verb: 'get', name: nameCall('GET', type.plural, ref) } as const;
    return await this.#object(call, type, options, () => this.#api.get(type, ref));
  }

  async list<T extends Stored>(type: ResourceType<T>, query: Query, options?: CallOptions): Promise<List<T>> {
    const call = { verb: 'list', name: nameCall('GET', type.plural, inNamespace(query)) } as const;
    const { objects, revision } = await this.#answer(call, type, options, () => ({
      objects: this.#api.list(type, query),
      revision: this.#api.revision,
    }));
    return {
      items: objects.map((object) => trimmed(call, type, object)),
      resourceVersion: String(revision),
    };
  }

  watch<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const name = `${nameCall('GET', type.plural, inNamespace(query))} (watch)`;
    const call = { verb: 'watch', name } as const;
    const begin = this.#answer.bind(this);
    const api = this.#api;
    return (async function* (): AsyncGenerator<WatchEvent<T>> {
      const cursor = await begin(call, type, options, () => api.watch(type, query));
      yield* watchEvents({ cursor, call, type, clock: api.clock }, options?.signal);
    })();
  }

  async create<T extends Stored>(
    type: ResourceType<T>,
    object: ApiObject,
    options?: CallOptions,
  ): Promise<T> {
    const call = { verb: 'create', name: nameCall('POST', type.plural, object.metadata) } as const;
    return await this.#object(call, type, options, () =>
      this.#api.create(type, sent(object), { fieldManager: this.#fieldManager }),
    );
  }

  async patch<T extends Stored>(
    type: ResourceType<T>,
    { subresource, ...ref }: ObjectRef & { readonly subresource?: 'status' },
    operations: readonly JsonPatchOperation[],
    options?: CallOptions,
  ): Promise<T> {
    const call = { verb: 'patch', name: nameCall('PATCH', resourceOf(type, subresource), ref) } as const;
    return await this.#object(call, type, options, () =>
      this.#api.patch(type, ref, { type: 'json', operations: sent(operations) }, this.#writing(subresource)),
    );
  }

  async apply<T extends Stored>(
    type: ResourceType<T>,
    { subresource, ...object }: ApiObject & { readonly subresource?: 'status' },
    options?: CallOptions,
  ): Promise<T> {
    const name = nameCall('PATCH', resourceOf(type, subresource), object.metadata);
    const call = { verb: 'apply', name } as const;
    return await this.#object(call, type, options, () => {
      const body = sent(object);
      return this.#api.patch(
        type,
        refOf(body),
        { type: 'apply', body, force: true },
        this.#writing(subresource),
      );
    });
  }

  async delete(type: ResourceType<Stored>, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const call = { verb: 'delete', name: nameCall('DELETE', type.plural, ref) } as const;
    await this.#answer(call, type, options, () => this.#api.delete(type, ref, deletionOf(options)));
  }

  async evict(pod: ObjectRef, uid: string, options?: EvictOptions): Promise<void> {
    const call = { verb: 'evict', name: nameCall('POST', 'pods/eviction', pod) } as const;
    await this.#answer(call, undefined, options, () => {
      this.#api.evict(pod, { preconditions: { uid }, dryRun: options?.dryRun === true });
    });
  }

  #writing(subresource: 'status' | undefined): { fieldManager: string; subresource?: 'status' } {
    return { fieldManager: this.#fieldManager, ...(subresource === undefined ? {} : { subresource }) };
  }

  async #object<T extends Stored>(
    call: NamedCall,
    type: ResourceType<T>,
    options: CallOptions | undefined,
    ask: () => RawObject,
  ): Promise<T> {
    return trimmed(call, type, await this.#answer(call, type, options, ask));
  }

  /** Asks the API server at once; only the answer comes later, as it does over a network. */
  async #answer<R>(
    call: NamedCall,
    type: ResourceType<Stored> | undefined,
    options: CallOptions | undefined,
    ask: () => R,
  ): Promise<R> {
    if (options?.signal?.aborted === true) throw givenUp(call, false);
    try {
      if (type !== undefined) this.#checkServed(type);
      return await Promise.resolve(ask());
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw answerFailure(call, { status: error.status.code, body: error.status });
    }
  }

  #checkServed(type: ResourceType<Stored>): void {
    if (this.#api.resource(type).version !== type.version) throw unknownResource();
  }
}

/** What arrives of what is sent: a copy, without the fields that are undefined. */
function sent<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => copied(item ?? null));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value))
    if (part !== undefined) setField(copy, name, copied(part));
  return copy;
}

function refOf({ metadata: { name, namespace } }: ApiObject): ObjectRef {
  return namespace === undefined ? { name } : { name, namespace };
}

function inNamespace({ namespace }: Query): Partial<ObjectRef> {
  return namespace === undefined ? {} : { namespace };
}

function deletionOf({ uid, resourceVersion, propagation }: DeleteOptions): Deletion {
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return { preconditions, ...(propagation === undefined ? {} : { propagationPolicy: propagation }) };
}

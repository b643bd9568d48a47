import { onAbort } from '../../cluster/abort.ts';
import { ApiError } from '../../cluster/errors.ts';
import type {
  CallOptions,
  Cluster,
  DeleteOptions,
  JsonPatchOperation,
  List,
  Query,
  ResourceType,
  Stored,
  WatchEvent,
  WatchQuery,
} from '../../cluster/port.ts';
import type { ApiObject, ObjectRef } from '../../kubernetes/objects.ts';
import { applyJsonPatch } from './json-patch.ts';
import { matches, ObjectStore, type Kind, type RawObject, type StoreChange } from './object-store.ts';

export interface Request {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'apply' | 'delete' | 'evict';
  /** The plural, with its subresource: `nodes`, `pods/eviction`. */
  readonly resource: string;
  /** Empty for a list or a watch. */
  readonly name: string;
  readonly query?: WatchQuery;
  readonly operations?: readonly JsonPatchOperation[];
  readonly object?: ApiObject;
  readonly options?: DeleteOptions;
}

/** Does something about a request: throws what it is to be refused with, or has it wait. */
export type Hook = (request: Request) => Promise<void> | undefined;

const PODS: Kind = { plural: 'pods' };

/** A cluster in memory. It answers at once, keeps count of what it was asked, and can be told to fail or to wait. */
export class MemoryCluster implements Cluster {
  readonly store = new ObjectStore();
  readonly requests: Request[] = [];
  readonly #open = new Set<Request>();
  /** Called before a request is done. */
  before: Hook = () => undefined;
  /** Called after it is done, before the answer goes out. */
  after: Hook = () => undefined;

  /** The watches that are going on. */
  get watches(): readonly Request[] {
    return [...this.#open];
  }

  get<T extends Stored>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T> {
    const request = { verb: 'get', resource: type.plural, name: ref.name } as const;
    return this.#call(request, options, () => type.trim(this.#find(type, ref)));
  }

  list<T extends Stored>(type: ResourceType<T>, query: Query, options?: CallOptions): Promise<List<T>> {
    const request = { verb: 'list', resource: type.plural, name: '', query } as const;
    return this.#call(request, options, () => ({
      items: this.store.all(type, query).map((object) => type.trim(object)),
      resourceVersion: String(this.store.revision),
    }));
  }

  watch<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const request = { verb: 'watch', resource: type.plural, name: '', query } as const;
    if (options?.signal?.aborted !== true) this.requests.push(request);
    return this.#stream(type, request, options?.signal);
  }

  create<T extends Stored>(type: ResourceType<T>, object: ApiObject, options?: CallOptions): Promise<T> {
    const request = { verb: 'create', resource: type.plural, name: object.metadata.name, object } as const;
    return this.#call(request, options, () => {
      if (this.store.get(type, object.metadata) !== undefined)
        throw new ApiError('already-exists', object.metadata.name);
      return type.trim(this.store.put(type, object as RawObject));
    });
  }

  patch<T extends Stored>(
    type: ResourceType<T>,
    { subresource, ...ref }: ObjectRef & { readonly subresource?: 'status' },
    operations: readonly JsonPatchOperation[],
    options?: CallOptions,
  ): Promise<T> {
    const resource = subresource === undefined ? type.plural : `${type.plural}/${subresource}`;
    const request = { verb: 'patch', resource, name: ref.name, operations } as const;
    return this.#call(request, options, () =>
      type.trim(this.store.put(type, applyJsonPatch(this.#find(type, ref), operations))),
    );
  }

  apply<T extends Stored>(type: ResourceType<T>, object: ApiObject, options?: CallOptions): Promise<T> {
    const request = { verb: 'apply', resource: type.plural, name: object.metadata.name, object } as const;
    return this.#call(request, options, () =>
      type.trim(
        this.store.put(type, merged(this.store.get(type, object.metadata) ?? {}, object) as RawObject),
      ),
    );
  }

  delete(type: ResourceType<Stored>, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const request = { verb: 'delete', resource: type.plural, name: ref.name, options } as const;
    return this.#call(request, options, () => {
      this.#remove(type, ref, options);
    });
  }

  evict(pod: ObjectRef, uid: string, options?: CallOptions): Promise<void> {
    const request = { verb: 'evict', resource: 'pods/eviction', name: pod.name } as const;
    return this.#call(request, options, () => {
      this.#remove(PODS, pod, { uid });
    });
  }

  /** What somebody else does to an object. */
  edit(kind: Kind, ref: ObjectRef, operations: readonly JsonPatchOperation[]): void {
    this.store.put(kind, applyJsonPatch(this.#find(kind, ref), operations));
  }

  #find(kind: Kind, ref: ObjectRef): RawObject {
    const object = this.store.get(kind, ref);
    if (object === undefined) throw new ApiError('not-found', `no ${kind.plural} ${ref.name}`);
    return object;
  }

  /** A pod stays, terminating, until its kubelet says that it is gone. */
  #remove(kind: Kind, ref: ObjectRef, { uid, resourceVersion }: DeleteOptions): void {
    const object = this.#find(kind, ref);
    const { metadata } = object;
    if ((uid ?? metadata.uid) !== metadata.uid)
      throw new ApiError('conflict', `${ref.name} is another by now`);
    if ((resourceVersion ?? metadata.resourceVersion) !== metadata.resourceVersion)
      throw new ApiError('conflict', `${ref.name} has been written since`);
    if (kind.plural !== 'pods') {
      this.store.remove(kind, ref);
    } else if (object.metadata.deletionTimestamp === undefined) {
      const metadata = { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
      this.store.put(kind, { ...object, metadata });
    }
  }

  async #call<R>(request: Request, options: CallOptions | undefined, perform: () => R): Promise<R> {
    const { signal } = options ?? {};
    if (signal?.aborted === true) throw givenUp();
    this.requests.push(request);
    await untilAborted(this.before(request), signal);
    const result = perform();
    await untilAborted(this.after(request), signal);
    return result;
  }

  async *#stream<T extends Stored>(
    type: ResourceType<T>,
    request: Request,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<WatchEvent<T>> {
    const { query = {} } = request;
    this.#open.add(request);
    try {
      await untilAborted(this.before(request), signal);
      let revision = Number(query.resourceVersion ?? this.store.revision);
      if (query.initialEvents === true) {
        for (const object of this.store.all(type, query)) yield { type: 'added', object: type.trim(object) };
        yield { type: 'bookmark', resourceVersion: String(revision), initialEventsEnd: true };
      }
      while (signal?.aborted !== true) {
        const change = this.store.after(revision);
        if (change === undefined) {
          await this.#nextChange(signal);
          continue;
        }
        revision += 1;
        const event = change.plural === type.plural ? eventOf(change, query) : undefined;
        if (event !== undefined) yield { type: event.type, object: type.trim(event.object) };
      }
    } finally {
      this.#open.delete(request);
    }
  }

  #nextChange(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        unlisten();
        forget();
        resolve();
      };
      const unlisten = this.store.listen(done);
      // A connection takes its time to close: calls that are given up have been answered by then.
      const forget = signal === undefined ? () => undefined : onAbort(signal, () => setImmediate(done));
    });
  }
}

/** What a watch tells of a change: one that takes an object out of the selection looks like its end. */
function eventOf(
  { before, after }: StoreChange,
  query: Query,
): { readonly type: 'added' | 'modified' | 'deleted'; readonly object: RawObject } | undefined {
  const was = before !== undefined && matches(before, query);
  if (after !== undefined && matches(after, query))
    return { type: was ? 'modified' : 'added', object: after };
  return was ? { type: 'deleted', object: after ?? before } : undefined;
}

async function untilAborted(work: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (work === undefined) return;
  let forget = (): void => undefined;
  const end = new Promise<never>((_, reject) => {
    if (signal !== undefined)
      forget = onAbort(signal, () => {
        reject(givenUp());
      });
  });
  await Promise.race([work, end]).finally(forget);
}

function givenUp(): ApiError {
  return new ApiError('aborted', 'The caller gave up');
}

/** Maps are merged, whatever else there is replaced: enough of server-side apply for one manager. */
function merged(live: unknown, wanted: unknown): unknown {
  if (!isMap(live) || !isMap(wanted)) return wanted;
  const entries = Object.entries(wanted).map(([key, value]) => [key, merged(live[key], value)] as const);
  return { ...live, ...Object.fromEntries(entries) };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

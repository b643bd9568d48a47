import type { ApiObject, ObjectRef } from '../kubernetes/objects.ts';

/**
 * Everything reaches a cluster through this interface, in Kubernetes' own terms. A backend stands behind it: an API server over
 * HTTP (`http/`), or one in memory (`memory/`). What a backend must promise is said here and held to by tests.
 *
 * Every method rejects with `ApiError` and with nothing else.
 */
export interface Cluster {
  /** @throws ApiError `not-found` */
  get<T extends Stored>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T>;

  /**
   * All objects that match, as of one resourceVersion that is at least as new as every write that had been answered before the
   * call. Read in pages; each page is trimmed before the next is asked for.
   */
  list<T extends Stored>(type: ResourceType<T>, query: Query, options?: CallOptions): Promise<List<T>>;

  /**
   * What happens after `resourceVersion`, in order. With `initialEvents`, first the objects as they are now (at least as new as
   * every write that had been answered before the call), then a bookmark with `initialEventsEnd`, then what happens.
   *
   * Ends without an error when the server closes the stream in its own time; the caller then watches again from the last
   * resourceVersion that it saw.
   *
   * @throws ApiError `gone` if that resourceVersion is too old: list again. `timeout` if the stream fell silent for longer than
   * a live one can.
   */
  watch<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>>;

  /** @throws ApiError `already-exists`, `invalid`, `forbidden` */
  create<T extends Stored>(type: ResourceType<T>, object: ApiObject, options?: CallOptions): Promise<T>;

  /**
   * RFC 6902. All or nothing: if any `test` fails, nothing is changed.
   *
   * @throws ApiError `precondition-failed` if a test failed or a path was not there; `not-found`, `invalid`
   */
  patch<T extends Stored>(
    type: ResourceType<T>,
    ref: ObjectRef & { readonly subresource?: 'status' },
    operations: readonly JsonPatchOperation[],
    options?: CallOptions,
  ): Promise<T>;

  /**
   * Server-side apply under the operator's field manager, taking over fields that another manager owns.
   * An object that is as applied already is not written: its resourceVersion stays.
   */
  apply<T extends Stored>(
    type: ResourceType<T>,
    object: ApiObject & { readonly subresource?: 'status' },
    options?: CallOptions,
  ): Promise<T>;

  /**
   * Asks for an object's deletion; a pod then terminates gracefully.
   *
   * @throws ApiError `conflict` if the object's UID or resourceVersion is another; `not-found`
   */
  delete(type: ResourceType<Stored>, ref: ObjectRef, options?: DeleteOptions): Promise<void>;

  /**
   * Asks for a pod's eviction, which PodDisruptionBudgets may refuse.
   *
   * @throws ApiError `too-many-requests` with cause `DisruptionBudget` if a budget refuses; `conflict` if the pod's UID is another;
   * `not-found`
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
   */
  evict(pod: ObjectRef, uid: string, options?: EvictOptions): Promise<void>;
}

/** What every object keeps after trimming. */
export interface Stored extends ObjectRef {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** A kind of object: where the API server has it, and which part of it is kept. */
export interface ResourceType<T extends Stored> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The name in the path: `daemonsets`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Keeps what is needed of an object as it is parsed, and lets go of the rest. May throw on an object that is not of the kind. */
  readonly trim: (raw: ApiObject) => T;
}

export interface Query {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchQuery extends Query {
  /** Not given together with `initialEvents`. */
  readonly resourceVersion?: string;
  readonly initialEvents?: boolean;
}

export interface List<T> {
  readonly items: readonly T[];
  /** From where to watch on. */
  readonly resourceVersion: string;
}

export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

export type JsonPatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

export interface CallOptions {
  /** Gives the call up. */
  readonly signal?: AbortSignal;
}

export interface EvictOptions extends CallOptions {
  /** The answer is as it would be, and the pod stays. */
  readonly dryRun?: boolean;
}

export interface DeleteOptions extends CallOptions {
  /** Delete only if this is still the object's UID. */
  readonly uid?: string;
  /** Delete only if the object has not been written since. */
  readonly resourceVersion?: string;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
}

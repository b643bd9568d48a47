import type { Clock } from '../../clock.ts';
import type { ApiObject, ObjectRef } from '../../../kubernetes/objects.ts';

/**
 * The embedded API server as its neighbours see it: the port's backend (`memory-cluster.ts`), the HTTP server (`server/`) and the
 * controllers, scheduler and kubelets (`machines/`). Everything happens at once and in one order: a call returns when its effect is in
 * the store and every listener has heard of it.
 */

/** An object as it is stored, with whatever fields its kind has. Never changed in place: a write makes a new one. */
export type RawObject = ApiObject & Readonly<Record<string, unknown>>;

/** A kind of object that is served. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Whether the status is written apart from the rest, through a subresource of that name. */
  readonly hasStatus: boolean;
}

/** Which kind of object, as far as it takes to find it. */
export type ResourceName = Pick<Resource, 'group' | 'plural'>;

/** What a list or a watch asks for. */
export interface Selection {
  readonly namespace?: string;
  /** In kubectl's syntax. */
  readonly labelSelector?: string;
  /** `metadata.name=a,spec.nodeName=b` */
  readonly fieldSelector?: string;
}

/** On whose behalf and how something is written. */
export interface WriteOptions {
  /** Under which name the fields that are written are accounted. */
  readonly fieldManager: string;
  /** `finalize`: the `spec.finalizers` of a namespace, which nothing else can change. */
  readonly subresource?: 'status' | 'finalize';
  /** Everything is checked and answered as it would be, and nothing is kept. */
  readonly dryRun?: boolean;
  /** What becomes of fields that a custom resource's schema does not know. Default: `Ignore`. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

export type Patch =
  | { readonly type: 'json'; readonly operations: readonly PatchOperation[] }
  | { readonly type: 'merge' | 'strategic'; readonly body: unknown }
  | { readonly type: 'apply'; readonly body: ApiObject; readonly force: boolean };

export interface PatchOperation {
  readonly op: 'test' | 'add' | 'replace' | 'remove' | 'move' | 'copy';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/ */
export interface Deletion {
  readonly preconditions?: Preconditions;
  /** 0: at once, without waiting for the kubelet. */
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly dryRun?: boolean;
}

/** One write, as the store remembers it. */
export interface StoreChange {
  readonly revision: number;
  readonly resource: Resource;
  /** Absent: it was created. */
  readonly before: RawObject | undefined;
  /** Absent: it is gone; `before` then carries the deletion's resourceVersion. */
  readonly after: RawObject | undefined;
}

export type WireEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: RawObject }
  /** The stream has come to this resourceVersion; `initialEventsEnd` closes the objects that a watch began with. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

export interface WatchStart extends Selection {
  /** After which resourceVersion; absent: from now on. `0` or absent without `initialEvents`: as a real one, with what is there first. */
  readonly resourceVersion?: string;
  readonly initialEvents?: boolean;
}

/** A place in the history from which one watch reads on. */
export interface WatchCursor {
  /** The next event for this watch, if there is one yet. @throws StatusError 410 if the store has forgotten what came next */
  next(): WireEvent | undefined;
  /** A bookmark for where the cursor is: to be sent now and then. */
  bookmark(): WireEvent;
  /** Calls back, at once and each time, when there may be something new, until the returned function is called. */
  listen(callback: () => void): () => void;
}

/**
 * An API server over a store in memory. All refusals are thrown as `StatusError`, which holds the very `Status` object that a real API
 * server would send.
 */
export interface ApiServer {
  readonly clock: Clock;
  /** The newest resourceVersion, as a number. One order over all kinds. */
  readonly revision: number;
  /** Built in and by CustomResourceDefinition. */
  resources(): readonly Resource[];
  /** @throws StatusError 404 if no such kind is served */
  resource(name: ResourceName): Resource;

  get(resource: ResourceName, ref: ObjectRef): RawObject;
  /** Like `get`, but undefined if there is none. For controllers, which look before they act. */
  find(resource: ResourceName, ref: ObjectRef): RawObject | undefined;
  list(resource: ResourceName, selection?: Selection): readonly RawObject[];
  /** The objects as they were at a revision that is still remembered. @throws StatusError 410 */
  listAt(resource: ResourceName, selection: Selection, revision: number): readonly RawObject[];

  create(resource: ResourceName, object: ApiObject, options: WriteOptions): RawObject;
  /** PUT: replaces the object whole (or its status). A resourceVersion in it is a precondition. */
  update(resource: ResourceName, object: ApiObject, options: WriteOptions): RawObject;
  /**
   * Stores an object as it was read from another API server, with its UID, its times and its status, unchecked. Only its resourceVersion
   * is a new one.
   */
  restore(resource: ResourceName, object: ApiObject): RawObject;
  patch(resource: ResourceName, ref: ObjectRef, patch: Patch, options: WriteOptions): RawObject;
  /** Returns the object: as it was if it is gone now, with its deletion time if it terminates. */
  delete(resource: ResourceName, ref: ObjectRef, deletion?: Deletion): RawObject;
  /** The eviction API of pods. @throws StatusError 429 if a PodDisruptionBudget does not allow it */
  evict(pod: ObjectRef, deletion?: Deletion): void;

  watch(resource: ResourceName, start: WatchStart): WatchCursor;
  /** Hears of every change, right after it, in order. For controllers and observers. */
  onChange(listener: (change: StoreChange) => void): () => void;
  /** Forgets all changes so far: whoever watches or resumes from before now is told 410 Gone. */
  compact(): void;
}

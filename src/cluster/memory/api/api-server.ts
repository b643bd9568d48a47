import type { ApiObject, ObjectRef } from '../../../kubernetes/objects.ts';
import type { Clock } from '../../clock.ts';
import { BUILT_IN } from './built-in-resources.ts';
import type { Collection } from './collection.ts';
import { CustomKinds } from './custom-kinds.ts';
import { Deleter } from './deletion.ts';
import { expireEvents } from './event-expiry.ts';
import { Evictor } from './eviction.ts';
import { Patcher } from './patcher.ts';
import {
  badRequest,
  conflict,
  invalid,
  invalidValue,
  notFound,
  tooNew,
  unknownResource,
} from './refusals.ts';
import { filterOf, type Filter } from './selection.ts';
import { Store } from './store.ts';
import type {
  ApiServer,
  Deletion,
  Patch,
  RawObject,
  Resource,
  ResourceName,
  Selection,
  StoreChange,
  WatchCursor,
  WatchStart,
  WriteOptions,
} from './types.ts';
import { LogCursor } from './watch-cursor.ts';
import { Writer } from './writer.ts';

export interface ApiServerOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1): makes UIDs and generated names. */
  readonly random: () => number;
  /**
   * Whether to keep account, in `metadata.managedFields`, of who writes which fields of objects of a kind. Default: of all kinds. It
   * takes about a third of a write's time.
   */
  readonly isAccountKept?: (resource: ResourceName) => boolean;
}

/** An API server over an empty store in memory, with the namespaces that every cluster has. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const server = new MemoryApiServer(options);
  for (const { resource, object } of INITIAL_OBJECTS)
    server.create(resource, object, { fieldManager: 'kube-apiserver' });
  return server;
}

class MemoryApiServer implements ApiServer {
  readonly clock: Clock;
  readonly #store = new Store();
  readonly #writer: Writer;
  readonly #patcher: Patcher;
  readonly #deleter: Deleter;
  readonly #evictor: Evictor;
  readonly #customKinds: CustomKinds;

  constructor({ clock, random, isAccountKept = () => true }: ApiServerOptions) {
    const store = this.#store;
    this.clock = clock;
    this.#writer = new Writer({ store, clock, random, isAccountKept });
    this.#patcher = new Patcher(this.#writer, clock);
    this.#deleter = new Deleter(store, clock);
    this.#evictor = new Evictor({ store, clock, writer: this.#writer, deleter: this.#deleter });
    this.#customKinds = new CustomKinds(store, this.#deleter);
    for (const kind of BUILT_IN) store.addKind(kind);
  }

  get revision(): number {
    return this.#store.revision;
  }

  resources(): readonly Resource[] {
    return this.#store.collections.map(({ kind }) => kind.resource);
  }

  resource(name: ResourceName): Resource {
    return this.#store.collection(name).kind.resource;
  }

  get(resource: ResourceName, ref: ObjectRef): RawObject {
    const object = this.find(resource, ref);
    if (object === undefined) throw notFound(resource, ref.name);
    return object;
  }

  find(resource: ResourceName, ref: ObjectRef): RawObject | undefined {
    return this.#store.collection(resource).get(ref);
  }

  list(resource: ResourceName, selection: Selection = {}): readonly RawObject[] {
    const collection = this.#store.collection(resource);
    return collection.list(filterFor(collection, selection));
  }

  listAt(resource: ResourceName, selection: Selection, revision: number): readonly RawObject[] {
    const collection = this.#store.collection(resource);
    if (revision > this.revision) throw tooNew(revision, this.revision);
    return collection.listAt(filterFor(collection, selection), revision);
  }

  create(resource: ResourceName, object: ApiObject, options: WriteOptions): RawObject {
    const collection = this.#store.collection(resource);
    if (collection.kind.resource.kind === 'Event') expireEvents(this.#store, collection, this.clock.now());
    return this.#followed(collection, this.#writer.create(collection, object, options));
  }

  update(resource: ResourceName, object: ApiObject, options: WriteOptions): RawObject {
    const collection = this.#writable(resource, options);
    const before = collection.get(object.metadata);
    if (before === undefined) throw notFound(resource, object.metadata.name);
    checkReplacement(collection, object, before);
    const wanted = object as RawObject;
    return this.#followed(collection, this.#writer.replace(collection, { before, wanted }, options));
  }

  restore(resource: ResourceName, object: ApiObject): RawObject {
    const collection = this.#store.collection(resource);
    const restored = this.#store.put(collection, collection.get(object.metadata), object as RawObject);
    return this.#followed(collection, restored);
  }

  patch(resource: ResourceName, ref: ObjectRef, patch: Patch, options: WriteOptions): RawObject {
    const collection = this.#writable(resource, options);
    return this.#followed(collection, this.#patcher.patch(collection, ref, patch, options));
  }

  delete(resource: ResourceName, ref: ObjectRef, deletion: Deletion = {}): RawObject {
    const collection = this.#store.collection(resource);
    return this.#followed(collection, this.#deleter.delete(collection, ref, deletion));
  }

  evict(pod: ObjectRef, deletion: Deletion = {}): void {
    this.#evictor.evict(pod, deletion);
  }

  watch(resource: ResourceName, { resourceVersion, initialEvents, ...selection }: WatchStart): WatchCursor {
    const collection = this.#store.collection(resource);
    const filter = filterFor(collection, selection);
    const asked = revisionOf(resourceVersion);
    const marksInitialEnd = initialEvents === true;
    const listsFirst = marksInitialEnd || asked === 0;
    if (listsFirst && asked > this.revision) throw tooNew(asked, this.revision);
    return new LogCursor({
      store: this.#store,
      collection,
      filter,
      revision: listsFirst ? this.revision : asked,
      initial: listsFirst ? collection.list(filter) : [],
      marksInitialEnd,
    });
  }

  onChange(listener: (change: StoreChange) => void): () => void {
    return this.#store.onChange(listener);
  }

  compact(): void {
    this.#store.compact();
  }

  #writable(resource: ResourceName, { subresource }: WriteOptions): Collection {
    const collection = this.#store.collection(resource);
    if (subresource === 'status' && !collection.kind.resource.hasStatus) throw unknownResource();
    return collection;
  }

  #followed(collection: Collection, written: RawObject): RawObject {
    this.#customKinds.follow(collection, written);
    return written;
  }
}

const NAMESPACES = { group: '', plural: 'namespaces' };
const PRIORITY_CLASSES = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };

const INITIAL_OBJECTS = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({
    resource: NAMESPACES,
    object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  })),
  ...[
    { name: 'system-node-critical', value: 2_000_001_000 },
    { name: 'system-cluster-critical', value: 2_000_000_000 },
  ].map(({ name, value }) => ({
    resource: PRIORITY_CLASSES,
    object: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value },
  })),
];

function filterFor(collection: Collection, selection: Selection): Filter {
  return filterOf(selection, collection.kind.fieldLabels);
}

/** @returns 0 where none is asked for */
function revisionOf(resourceVersion: string | undefined): number {
  const revision = Number(resourceVersion ?? '');
  if (Number.isSafeInteger(revision) && revision >= 0) return revision;
  throw badRequest(`Invalid value: "${resourceVersion ?? ''}": invalid resource version`);
}

/** What only a PUT has to say: which object, in which version, it replaces. */
function checkReplacement({ kind }: Collection, { metadata }: ApiObject, before: RawObject): void {
  const { resource } = kind;
  const { uid, name, resourceVersion } = metadata;
  if (uid !== undefined && uid !== '' && uid !== before.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ''}`;
    throw conflict(resource, name, why);
  }
  if (kind.replacedConditionally === true && !resourceVersion) {
    const problem = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
    // Here the real one names the resource where a refusal otherwise names the kind.
    throw invalid({ group: resource.group, kind: resource.plural }, name, [problem]);
  }
}

import type { ObjectRef } from '../../../kubernetes/objects.ts';
import type { LoggedChange } from './change-log.ts';
import { Collection } from './collection.ts';
import type { Kind } from './kinds/kind.ts';
import { unknownResource } from './refusals.ts';
import { withMetadata } from './object-metadata.ts';
import type { RawObject, ResourceName, StoreChange } from './types.ts';

// As many as a real API server keeps of a kind that is written often.
const REMEMBERED_CHANGES = 10_000;

/** All objects of all kinds, with one order of changes over them. */
export class Store {
  /** By group, then by plural. */
  readonly #collections = new Map<string, Map<string, Collection>>();
  readonly #listeners = new Set<(change: StoreChange) => void>();
  readonly #untold: { readonly collection: Collection; readonly change: LoggedChange }[] = [];
  #telling = false;
  #revision = 1;

  get revision(): number {
    return this.#revision;
  }

  get collections(): readonly Collection[] {
    return [...this.#collections.values()].flatMap((group) => [...group.values()]);
  }

  /** Serves a kind from now on; a kind that is there already, with other rules. */
  addKind(kind: Kind): Collection {
    const { group, plural } = kind.resource;
    const inGroup = this.#collections.get(group) ?? new Map<string, Collection>();
    this.#collections.set(group, inGroup);
    const collection = inGroup.get(plural) ?? new Collection(kind, REMEMBERED_CHANGES);
    collection.kind = kind;
    inGroup.set(plural, collection);
    return collection;
  }

  /** Serves a kind no longer. Its objects should be gone. */
  removeKind({ group, plural }: ResourceName): void {
    this.#collections.get(group)?.delete(plural);
  }

  /** @throws StatusError 404 if there is no such kind */
  collection(name: ResourceName): Collection {
    const collection = this.#collections.get(name.group)?.get(name.plural);
    if (collection === undefined) throw unknownResource();
    return collection;
  }

  find(name: ResourceName, ref: ObjectRef): RawObject | undefined {
    return this.#collections.get(name.group)?.get(name.plural)?.get(ref);
  }

  /**
   * Stores an object under the next resourceVersion and tells everybody.
   *
   * @param before the object as it is stored now
   * @returns the object as it is stored
   */
  put(collection: Collection, before: RawObject | undefined, object: RawObject): RawObject {
    const revision = (this.#revision += 1);
    const after = atRevision(object, revision);
    const { resource } = collection.kind;
    this.#change(collection, { revision, resource, before, stored: before, after });
    return after;
  }

  /** Removes an object. @returns what it was last, with the resourceVersion of its removal */
  remove(collection: Collection, stored: RawObject): RawObject {
    const revision = (this.#revision += 1);
    const before = atRevision(stored, revision);
    const { resource } = collection.kind;
    this.#change(collection, { revision, resource, before, stored, after: undefined });
    return before;
  }

  /** Calls back after each change, until the returned function is called. */
  onChange(listener: (change: StoreChange) => void): () => void {
    const own = (change: StoreChange): void => {
      listener(change);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Forgets all changes so far. */
  compact(): void {
    for (const collection of this.collections) collection.compact(this.#revision);
  }

  #change(collection: Collection, change: LoggedChange): void {
    collection.apply(change);
    this.#untold.push({ collection, change });
    // Somebody who is being told has written: the others hear of what they are being told first.
    if (!this.#telling) this.#tell();
  }

  #tell(): void {
    this.#telling = true;
    try {
      for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
        next.collection.notify(next.change);
        for (const listener of this.#listeners) listener(next.change);
      }
    } finally {
      this.#telling = false;
    }
  }
}

function atRevision(object: RawObject, revision: number): RawObject {
  return withMetadata(object, { ...object.metadata, resourceVersion: String(revision) });
}

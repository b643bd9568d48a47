import type { ObjectRef } from '../kubernetes/objects.ts';
import type { List, Stored } from './port.ts';
import { compareResourceVersions } from './resource-version.ts';

/** What became of one object: created (no `before`), changed, or gone (no `after`). */
export interface Change<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** `namespace/name`, or just the name where the kind has no namespaces. No name contains a slash. */
export function keyOf(ref: ObjectRef): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
}

/**
 * The objects of one kind as they were last heard of, from three sources whose news may come late and out of turn: lists, the
 * stream of a watch, and the answers to writes. Whatever comes, an object is never replaced by an older one of the same name,
 * and none that was deleted comes back.
 */
export class ObjectCache<T extends Stored> {
  readonly #entries = new Map<string, T>();
  readonly #onChange: (change: Change<T>) => void;
  #position: string | undefined;

  constructor(onChange: (change: Change<T>) => void) {
    this.#onChange = onChange;
  }

  /** The newest resourceVersion up to which everything is known; undefined before the first list. */
  get position(): string | undefined {
    return this.#position;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  values(): IterableIterator<T> {
    return this.#entries.values();
  }

  /** The stream has come to this resourceVersion. */
  advance(resourceVersion: string): void {
    if (this.#position === undefined || compareResourceVersions(resourceVersion, this.#position) > 0) {
      this.#position = resourceVersion;
    }
  }

  /** Takes an object that the stream brought. */
  put(object: T): void {
    this.advance(object.resourceVersion);
    const before = this.#entries.get(keyOf(object));
    if (before === undefined || isNewer(object, before)) this.#set(object, before);
  }

  /** Takes the stream's word that an object was deleted; the object given is its last state, with the deletion's resourceVersion. */
  remove(object: T): void {
    this.advance(object.resourceVersion);
    const before = this.#entries.get(keyOf(object));
    // A newer one has the same name by now: its creation was answered before the stream came to the deletion of the old one.
    if (before === undefined || isNewer(before, object)) return;
    this.#delete(before);
  }

  /**
   * Takes the object that a write was answered with. Where there is no entry and the stream is already past the object's
   * resourceVersion, the object has been deleted since, and stays so. Before the first list nothing is taken, as what the stream
   * is past is not known then; that list brings the object.
   */
  observe(object: T): void {
    const position = this.#position;
    if (position === undefined) return;
    const before = this.#entries.get(keyOf(object));
    const known = before?.resourceVersion ?? position;
    if (compareResourceVersions(object.resourceVersion, known) > 0) this.#set(object, before);
  }

  /** Takes a whole list; what differs from it is told as changes. */
  replace(list: List<T>): void {
    // A consistent list that is older than what the stream had come to: the server's storage was set back, as by restoring a
    // backup. Nothing known from before counts.
    const setBack =
      this.#position !== undefined && compareResourceVersions(list.resourceVersion, this.#position) < 0;
    this.#position = list.resourceVersion;
    this.#dropMissing(list, setBack);
    for (const object of list.items) {
      const before = this.#entries.get(keyOf(object));
      const differs = before === undefined || (setBack ? !isSame(before, object) : isNewer(object, before));
      if (differs) this.#set(object, before);
    }
  }

  #dropMissing(list: List<T>, setBack: boolean): void {
    const listed = new Set(list.items.map(keyOf));
    for (const [key, entry] of this.#entries) {
      // A write's answer that is newer than the list: the list could not have it yet.
      const newer = compareResourceVersions(entry.resourceVersion, list.resourceVersion) > 0;
      if (!listed.has(key) && (setBack || !newer)) this.#delete(entry);
    }
  }

  #set(after: T, before: T | undefined): void {
    const key = keyOf(after);
    this.#entries.set(key, after);
    this.#onChange({ key, before, after });
  }

  #delete(before: T): void {
    const key = keyOf(before);
    this.#entries.delete(key);
    this.#onChange({ key, before, after: undefined });
  }
}

function isNewer(a: Stored, b: Stored): boolean {
  return compareResourceVersions(a.resourceVersion, b.resourceVersion) > 0;
}

function isSame(a: Stored, b: Stored): boolean {
  return a.uid === b.uid && a.resourceVersion === b.resourceVersion;
}

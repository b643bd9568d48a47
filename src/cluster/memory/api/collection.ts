import type { ObjectRef } from '../../../kubernetes/objects.ts';
import { ChangeLog, type LoggedChange } from './change-log.ts';
import type { Kind } from './kinds/kind.ts';
import { expired } from './refusals.ts';
import type { Filter } from './selection.ts';
import type { RawObject } from './types.ts';

/** Which part of a collection has one value in the field that it is indexed by. */
interface Bucket {
  readonly keys: Set<string>;
  readonly log: ChangeLog;
}

/** All objects of one kind, and what happened to them lately. */
export class Collection {
  /** A custom resource's rules change with its definition. */
  kind: Kind;
  readonly log = new ChangeLog();
  readonly #limit: number;
  readonly #objects = new Map<string, RawObject>();
  readonly #namespaces = new Map<string, Set<string>>();
  readonly #buckets = new Map<string, Bucket>();
  /** All keys in order; undefined while nobody has asked since the last object came or went. */
  #sorted: readonly string[] | undefined;
  #forgotten = 0;

  /** @param limit how many changes are remembered */
  constructor(kind: Kind, limit: number) {
    this.kind = kind;
    this.#limit = limit;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** The revision up to which changes are forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  keyOf({ namespace, name }: ObjectRef): string {
    return this.kind.resource.namespaced ? `${namespace ?? ''}/${name}` : name;
  }

  get(ref: ObjectRef): RawObject | undefined {
    return this.#objects.get(this.keyOf(ref));
  }

  inOrderOfCreation(): IterableIterator<RawObject> {
    return this.#objects.values();
  }

  /** The objects that match, in the order of their keys. */
  list(filter: Filter): readonly RawObject[] {
    const found: RawObject[] = [];
    for (const key of this.#candidates(filter)) {
      const object = this.#objects.get(key);
      if (object !== undefined && filter.matches(object)) found.push(object);
    }
    return found;
  }

  /** @throws StatusError 410 if that revision is forgotten */
  listAt(filter: Filter, revision: number): readonly RawObject[] {
    if (revision < this.#forgotten) throw expired(`The resourceVersion for the provided list is too old.`);
    const then = new Map(this.#objects);
    for (let place = this.log.end - 1; place >= this.log.start; place -= 1) {
      const change = this.log.at(place);
      if (change === undefined || change.revision <= revision) break;
      const key = this.keyOf((change.after ?? change.stored ?? change.before)?.metadata ?? { name: '' });
      if (change.stored === undefined) then.delete(key);
      else then.set(key, change.stored);
    }
    const sorted = [...then].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([, object]) => object).filter((object) => filter.matches(object));
  }

  /** Where a watch with this filter reads on: everything that can concern it is there, and little else. */
  logFor(filter: Filter): ChangeLog {
    const value = this.#wantedIndexValue(filter);
    return value === undefined ? this.log : this.#bucket(value).log;
  }

  /** Takes a change into the objects, the indexes and the logs. Nobody is told yet. */
  apply(change: LoggedChange): void {
    const { stored, after } = change;
    const object = after ?? stored;
    if (object === undefined) return;
    const key = this.keyOf(object.metadata);
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, after);
    if (stored === undefined || after === undefined) this.#comeOrGo(key, object, after !== undefined);
    this.log.append(change);
    for (const value of this.#indexValues(change)) this.#bucket(value).log.append(change);
    this.#index(key, stored, after);
    if (this.log.length > this.#limit) this.#forgetOldest();
  }

  notify(change: LoggedChange): void {
    this.log.notify();
    for (const value of this.#indexValues(change)) this.#bucket(value).log.notify();
  }

  /** Forgets everything that has happened. */
  compact(revision: number): void {
    while (this.log.length > 0) this.#forgetOldest();
    this.#forgotten = revision;
  }

  #candidates(filter: Filter): Iterable<string> {
    const { namespace } = filter;
    const key = this.#wantedKey(filter);
    if (key !== undefined) return [key];
    const value = this.#wantedIndexValue(filter);
    if (value !== undefined) return [...(this.#buckets.get(value)?.keys ?? [])].sort();
    if (namespace !== undefined) return [...(this.#namespaces.get(namespace) ?? [])].sort();
    return (this.#sorted ??= [...this.#objects.keys()].sort());
  }

  #wantedKey(filter: Filter): string | undefined {
    const { namespace } = filter;
    const name = filter.wanted('metadata.name');
    if (name === undefined || !this.kind.resource.namespaced) return name;
    return namespace === undefined ? undefined : this.keyOf({ name, namespace });
  }

  #comeOrGo(key: string, object: RawObject, come: boolean): void {
    this.#sorted = undefined;
    const { namespace } = object.metadata;
    if (namespace !== undefined) addOrDelete(this.#namespaces, namespace, key, come);
  }

  #index(key: string, before: RawObject | undefined, after: RawObject | undefined): void {
    const { index } = this.kind;
    if (index === undefined) return;
    const [from, to] = [before && index.valueOf(before), after && index.valueOf(after)];
    if (from === to) return;
    if (from) this.#bucket(from).keys.delete(key);
    if (to) this.#bucket(to).keys.add(key);
  }

  #indexValues({ stored, after }: LoggedChange): readonly string[] {
    const { index } = this.kind;
    if (index === undefined) return [];
    const [from, to] = [stored && index.valueOf(stored), after && index.valueOf(after)];
    if (from) return to && to !== from ? [from, to] : [from];
    return to ? [to] : [];
  }

  #wantedIndexValue(filter: Filter): string | undefined {
    const { index } = this.kind;
    // What is empty is not indexed: it may be most of all.
    return (index && filter.wanted(index.label)) || undefined;
  }

  #bucket(value: string): Bucket {
    let bucket = this.#buckets.get(value);
    if (bucket === undefined) {
      bucket = { keys: new Set(), log: new ChangeLog() };
      this.#buckets.set(value, bucket);
    }
    return bucket;
  }

  #forgetOldest(): void {
    const change = this.log.forgetOldest();
    if (change === undefined) return;
    this.#forgotten = change.revision;
    for (const value of this.#indexValues(change)) this.#bucket(value).log.forgetOldest();
  }
}

function addOrDelete(sets: Map<string, Set<string>>, name: string, key: string, add: boolean): void {
  const set = sets.get(name);
  if (!add) {
    set?.delete(key);
    if (set?.size === 0) sets.delete(name);
  } else if (set === undefined) sets.set(name, new Set([key]));
  else set.add(key);
}

import type { ObjectRef } from '../../../kubernetes/objects.ts';
import type { Clock } from '../../clock.ts';
import type { Collection } from './collection.ts';
import { isAwaited } from './deletion-state.ts';
import { shareStructure, without } from './json.ts';
import { graceOf, timestamp, withMetadata, type Metadata } from './object-metadata.ts';
import { conflict, notFound } from './refusals.ts';
import type { Store } from './store.ts';
import type { Deletion, Preconditions, RawObject, Resource } from './types.ts';

/**
 * Deletes objects as far as they may be deleted now: at once, or by marking them for those who have to do something before.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-deletion
 */
export class Deleter {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * @returns the object: as it was if it is gone now, with its deletion time if it stays for a while
   * @throws StatusError 404, or 409 if a precondition does not hold
   */
  delete(collection: Collection, ref: ObjectRef, deletion: Deletion): RawObject {
    const { kind } = collection;
    const object = collection.get(ref);
    if (object === undefined) throw notFound(kind.resource, ref.name);
    checkPreconditions(kind.resource, object, deletion.preconditions);
    const graceful = this.#withGrace(collection, object, deletion.gracePeriodSeconds);
    if (graceful === 'pending') return object;
    const wanted = withFinalizersFor(graceful ?? object, deletion.propagationPolicy);
    const stays = isAwaited(wanted);
    // Pods end gracefully, if only in no time: they are seen with a deletion time even when they go at once.
    const marked =
      stays || graceful !== undefined ? shareStructure(object, this.#marked(collection, wanted)) : object;
    if (deletion.dryRun === true) return marked;
    const stored = marked === object ? object : this.#store.put(collection, object, marked);
    return stays ? stored : this.#store.remove(collection, stored);
  }

  #marked({ kind }: Collection, object: RawObject): RawObject {
    const isMarked = object.metadata.deletionTimestamp !== undefined;
    const marked = isMarked ? object : markDeleted(object, this.#clock.now(), 0);
    return kind.whenDeleted?.(marked) ?? marked;
  }

  /** The object with the time until which it has to end; undefined if its kind does not end gracefully, or has had its time. */
  #withGrace(
    { kind }: Collection,
    object: RawObject,
    requested: number | undefined,
  ): RawObject | 'pending' | undefined {
    if (kind.gracePeriod === undefined) return undefined;
    const { deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) return this.#withLessGrace(object, deletionTimestamp, requested);
    const seconds = kind.gracePeriod(object, requested);
    return markDeleted(object, this.#clock.now() + seconds * 1000, seconds);
  }

  /** Who deletes again may only leave less time. */
  #withLessGrace(
    object: RawObject,
    deletionTimestamp: string,
    requested: number | undefined,
  ): RawObject | 'pending' | undefined {
    const granted = graceOf(object) ?? 0;
    if (granted === 0) return undefined;
    if (requested === undefined || requested >= granted) return 'pending';
    const asked = Date.parse(deletionTimestamp) - granted * 1000;
    const until = asked + requested * 1000;
    const now = this.#clock.now();
    // Too late for that, yet the kubelet is still to be the one who says that the pod has ended.
    const isPast = until < now;
    return markDeleted(object, isPast ? now : until, isPast && requested !== 0 ? 1 : requested);
  }
}

/** @throws StatusError 409 if the object is not the one that is meant */
export function checkPreconditions(
  { kind, group }: Resource,
  { metadata }: RawObject,
  { uid, resourceVersion }: Preconditions = {},
): void {
  // Here the real one names the kind where a refusal otherwise names the resource.
  const what = { group, plural: kind };
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid ?? ''}). The object might have been deleted and then recreated`;
    throw conflict(what, metadata.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion ?? ''}). The object might have been modified`;
    throw conflict(what, metadata.name, why);
  }
}

function markDeleted(object: RawObject, at: number, seconds: number): RawObject {
  const { metadata } = object;
  const { generation } = metadata;
  const isFirst = metadata.deletionTimestamp === undefined;
  const marked: Metadata = {
    ...metadata,
    deletionTimestamp: timestamp(at),
    deletionGracePeriodSeconds: seconds,
    ...(isFirst && generation !== undefined ? { generation: generation + 1 } : {}),
  };
  return withMetadata(object, marked);
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** What the garbage collector is to do first stands in finalizers; without a word on it, those that are there stay. */
function withFinalizersFor(object: RawObject, policy: Deletion['propagationPolicy']): RawObject {
  const { metadata } = object;
  const before = metadata.finalizers ?? [];
  if (policy === undefined) return object;
  const wanted = { Orphan: [ORPHAN], Foreground: [FOREGROUND], Background: [] }[policy];
  const finalizers = [...before.filter((name) => name !== ORPHAN && name !== FOREGROUND), ...wanted];
  if (sameItems(finalizers, before)) return object;
  if (finalizers.length > 0) return withMetadata(object, { ...metadata, finalizers });
  return withMetadata(object, without<Metadata>(metadata, 'finalizers'));
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}

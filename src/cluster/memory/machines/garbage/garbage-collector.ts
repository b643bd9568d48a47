import type { ObjectMeta, OwnerReference } from '../../../../kubernetes/objects.ts';
import type { RawObject, Resource } from '../../api/types.ts';
import { latest } from '../changes.ts';
import type { AnyChange, Changes } from '../changes.ts';
import type { Context } from '../context.ts';
import { WorkQueue } from '../work-queue.ts';
import { deleteObject, writeObject } from '../writes.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** Where an object is. */
interface Place {
  readonly resource: Resource;
  readonly metadata: ObjectMeta;
}

/**
 * Deletes what belongs to something that is no more; and, before an owner may go that is deleted in the foreground or leaves orphans,
 * does that to its dependents.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents
 */
export class GarbageCollector {
  readonly queue: WorkQueue;
  readonly #context: Context;
  /** Every object there is, by UID. */
  readonly #places = new Map<string, Place>();
  /** UIDs of what belongs to an owner, by its UID. */
  readonly #dependents = new Map<string, Set<string>>();

  constructor(context: Context, changes: Changes) {
    this.#context = context;
    this.queue = new WorkQueue(context, context.delays.controller, (uid) => {
      this.#sync(uid);
    });
    changes.ofAll((change) => {
      this.#heardOf(change);
    });
  }

  #heardOf(change: AnyChange): void {
    const { before, after } = change;
    const { metadata } = latest<RawObject>(change);
    const { uid = '' } = metadata;
    if (before === undefined) this.#places.set(uid, { resource: change.resource, metadata });
    if (before?.metadata.ownerReferences !== after?.metadata.ownerReferences) this.#relink(uid, change);
    if (after === undefined) this.#forget(uid, before.metadata);
    else if (isWaitingForDependents(after.metadata)) this.#noteWaiting(uid, before?.metadata);
  }

  #noteWaiting(uid: string, before: ObjectMeta | undefined): void {
    if (!isWaitingForDependents(before)) this.queue.add(uid);
  }

  #relink(uid: string, { before, after }: AnyChange): void {
    for (const owner of before?.metadata.ownerReferences ?? []) this.#unlink(uid, owner.uid);
    for (const owner of after?.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid) ?? new Set();
      this.#dependents.set(owner.uid, dependents.add(uid));
      if (!this.#places.has(owner.uid)) this.queue.add(uid);
    }
  }

  #unlink(uid: string, owner: string): void {
    const dependents = this.#dependents.get(owner);
    if (dependents?.delete(uid) === true && dependents.size === 0) this.#dependents.delete(owner);
  }

  #forget(uid: string, { ownerReferences = [] }: ObjectMeta): void {
    this.#places.delete(uid);
    for (const dependent of this.#dependents.get(uid) ?? []) this.queue.add(dependent);
    for (const owner of ownerReferences) {
      if (isWaitingForDependents(this.#find(owner.uid)?.metadata)) this.queue.add(owner.uid);
    }
  }

  #sync(uid: string): void {
    const object = this.#find(uid);
    const place = this.#places.get(uid);
    if (object === undefined || place === undefined) return;
    if (isWaitingForDependents(object.metadata)) {
      this.#finish(uid, object, place.resource);
      return;
    }
    if (object.metadata.deletionTimestamp === undefined) this.#collect(uid, object, place.resource);
  }

  /** Deletes an object without owners that could still be; of several owners one is enough to keep it. */
  #collect(uid: string, object: RawObject, resource: Resource): void {
    const { ownerReferences = [] } = object.metadata;
    if (ownerReferences.length === 0) return;
    const solid = ownerReferences.filter((owner) => {
      const found = this.#find(owner.uid);
      return found !== undefined && !isInForeground(found.metadata);
    });
    if (solid.length === ownerReferences.length) return;
    if (solid.length > 0) {
      writeObject(this.#context, resource, withOwners(object, solid));
      return;
    }
    const isGoingOn =
      ownerReferences.some((owner) => this.#places.has(owner.uid)) && this.#dependents.has(uid);
    const propagationPolicy = isGoingOn ? 'Foreground' : 'Background';
    deleteObject(this.#context, resource, object, { propagationPolicy });
  }

  /** Sees to the dependents of an object that may only go after that. */
  #finish(uid: string, object: RawObject, resource: Resource): void {
    const isOrphaning = object.metadata.finalizers?.includes(ORPHAN) === true;
    if (isOrphaning) {
      for (const dependent of [...(this.#dependents.get(uid) ?? [])]) this.#orphan(dependent, uid);
      this.#removeFinalizer(object, resource, ORPHAN);
      return;
    }
    const blocking = [...(this.#dependents.get(uid) ?? [])].filter((dependent) =>
      this.#blocks(dependent, uid),
    );
    if (blocking.length === 0) this.#removeFinalizer(object, resource, FOREGROUND);
    for (const dependent of this.#dependents.get(uid) ?? []) this.queue.add(dependent);
  }

  #blocks(dependent: string, owner: string): boolean {
    const { ownerReferences = [] } = this.#find(dependent)?.metadata ?? {};
    return ownerReferences.some(
      (reference) => reference.uid === owner && reference.blockOwnerDeletion === true,
    );
  }

  #orphan(dependent: string, owner: string): void {
    const object = this.#find(dependent);
    const place = this.#places.get(dependent);
    if (object === undefined || place === undefined) return;
    const others = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner);
    writeObject(this.#context, place.resource, withOwners(object, others));
  }

  #removeFinalizer(object: RawObject, resource: Resource, finalizer: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    writeObject(this.#context, resource, { ...object, metadata: { ...object.metadata, finalizers } });
  }

  #find(uid: string): RawObject | undefined {
    const place = this.#places.get(uid);
    const object = place === undefined ? undefined : this.#context.api.find(place.resource, place.metadata);
    return object?.metadata.uid === uid ? object : undefined;
  }
}

function isInForeground(metadata: ObjectMeta): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND) === true;
}

function isWaitingForDependents(metadata: ObjectMeta | undefined): boolean {
  if (metadata?.deletionTimestamp === undefined) return false;
  return metadata.finalizers?.some((name) => name === ORPHAN || name === FOREGROUND) === true;
}

function withOwners(object: RawObject, ownerReferences: readonly OwnerReference[]): RawObject {
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

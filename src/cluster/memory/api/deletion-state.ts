import { fieldsOf, itemsOf } from './json.ts';
import { graceOf } from './object-metadata.ts';
import type { RawObject } from './types.ts';

/** Whether a write to an object that is being deleted was the last one: nobody has to do anything any more. */
export function isOver(before: RawObject, after: RawObject): boolean {
  if (before.metadata.deletionTimestamp === undefined) return false;
  return !hasFinalizers(after) && !hasGrace(before);
}

/** Whether somebody has to do something before a deleted object may go: whoever set a finalizer, or the kubelet that runs a pod. */
export function isAwaited(object: RawObject): boolean {
  return hasFinalizers(object) || hasGrace(object);
}

function hasGrace(object: RawObject): boolean {
  return (graceOf(object) ?? 0) > 0;
}

/** A namespace has finalizers in its spec as well. */
function hasFinalizers(object: RawObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0) return true;
  return object.kind === 'Namespace' && itemsOf(fieldsOf(object['spec'])['finalizers']).length > 0;
}

import { ApiError } from '../../cluster/errors.ts';
import type { Cluster, ResourceType, Stored } from '../../cluster/port.ts';
import { EVENT_TYPE } from '../telemetry/event-object.ts';

/**
 * A cluster that this process writes to only as long as it leads, judged at the very moment of each call: one that has been paused and
 * wakes up sends nothing more. Reading does nobody harm, and Events only tell of what has been done.
 *
 * @param isHeld whether this process leads now
 */
export function guardedCluster(cluster: Cluster, isHeld: () => boolean): Cluster {
  const guarded = <R>(call: () => Promise<R>): Promise<R> =>
    isHeld() ? call() : Promise.reject(new ApiError('aborted', 'This process leads no more'));
  const unlessEvent = <R>(type: ResourceType<Stored>, call: () => Promise<R>): Promise<R> =>
    type.kind === EVENT_TYPE.kind ? call() : guarded(call);
  return {
    get: (type, ref, options) => cluster.get(type, ref, options),
    list: (type, query, options) => cluster.list(type, query, options),
    watch: (type, query, options) => cluster.watch(type, query, options),
    create: (type, object, options) => unlessEvent(type, () => cluster.create(type, object, options)),
    patch: (type, ref, operations, options) =>
      unlessEvent(type, () => cluster.patch(type, ref, operations, options)),
    apply: (type, object, options) => guarded(() => cluster.apply(type, object, options)),
    delete: (type, ref, options) => guarded(() => cluster.delete(type, ref, options)),
    evict: (pod, uid, options) => guarded(() => cluster.evict(pod, uid, options)),
  };
}

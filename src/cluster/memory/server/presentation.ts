import type { RawObject, WireEvent } from '../api/types.ts';

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Shows objects to a client as it wants to see them. One presenter serves one request. */
export interface Presenter {
  object(object: RawObject): unknown;
  list(objects: readonly RawObject[], metadata: ListMetadata): unknown;
  /** What an event of a watch is about. */
  event(event: WireEvent): unknown;
}

/** The metadata of the object that a bookmark comes as. */
export function bookmarkMetadata(event: Extract<WireEvent, { type: 'BOOKMARK' }>): unknown {
  const { resourceVersion, initialEventsEnd } = event;
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  return { resourceVersion, ...(initialEventsEnd ? { annotations } : {}) };
}

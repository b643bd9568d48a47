import type { ResourceType, Stored } from '../../cluster/port.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';

/** The object that an event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for a cluster-scoped kind. */
  readonly namespace?: string;
  readonly uid: string;
}

/** What happened, for people. */
export interface EventRecord {
  readonly regarding: Regarding;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, one of a few: it is what people filter by. */
  readonly reason: string;
  /** A sentence. Beyond 1024 bytes it is cut. */
  readonly message: string;
}

/** Who reports. */
export interface EventSource {
  readonly component: string;
  /** Which process of it: the pod's name. */
  readonly instance: string;
}

/** How often something happened, in milliseconds since the Unix epoch. */
export interface Occurrences {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** Kubernetes refuses longer ones in places, and no table shows them. */
const LONGEST_MESSAGE_BYTES = 1024;
const LONGEST_INSTANCE = 128;
const LONGEST_NAME = 253;
const ELLIPSIS = '…';

/** Core events: those that `kubectl describe` shows. Nothing is kept of them. */
export const EVENT_TYPE: ResourceType<Stored> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  trim: ({ metadata }) => ({
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
  }),
};

/**
 * Where an event about the object lives: beside it, or, if the object has no namespace, in `default`: the API server takes no other
 * one then, and `kubectl describe node` searches all.
 */
export function eventNamespace(regarding: Regarding): string {
  return regarding.namespace ?? 'default';
}

/** A name that no other event has: the object's, as is the custom, and a suffix. */
export function eventName(regarding: Regarding, suffix: string): string {
  return `${regarding.name.slice(0, LONGEST_NAME - suffix.length - 1)}.${suffix}`;
}

/**
 * The event as it is created. `kubectl describe` finds it by the object's kind, name and UID, so the UID is that of the object
 * itself, for nodes too. `eventTime` is left out: an event that has it is counted by its `series`, which old tools do not show.
 */
export function eventObject(
  name: string,
  record: EventRecord,
  source: EventSource,
  happened: Occurrences,
): ApiObject {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: eventNamespace(record.regarding) },
    involvedObject: reference(record.regarding),
    type: record.type,
    reason: record.reason,
    message: record.message,
    source: { component: source.component },
    reportingComponent: source.component,
    reportingInstance: source.instance.slice(0, LONGEST_INSTANCE),
    count: happened.count,
    firstTimestamp: eventTime(happened.first),
    lastTimestamp: eventTime(happened.last),
  };
  return event;
}

/** A `metav1.Time`: whole seconds. */
export function eventTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -5)}Z`;
}

/** Only what belongs there, whatever else the caller's object carries. */
function reference({ apiVersion, kind, name, namespace, uid }: Regarding): Regarding {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }), uid };
}

/** A message as long as Kubernetes takes it, which counts bytes; a character is never cut in two. */
export function shorten(message: string): string {
  if (Buffer.byteLength(message) <= LONGEST_MESSAGE_BYTES) {
    return message;
  }
  const room = LONGEST_MESSAGE_BYTES - Buffer.byteLength(ELLIPSIS);
  const { read } = new TextEncoder().encodeInto(message, new Uint8Array(room));
  return message.slice(0, read) + ELLIPSIS;
}

import type { ApiObject } from '../../../../kubernetes/objects.ts';
import { VirtualClock } from '../../virtual-clock.ts';
import { createApiServer } from '../api-server.ts';
import type { Json } from '../json.ts';
import { StatusError, type Status } from '../status-error.ts';
import type { ApiServer, RawObject, WireEvent, WriteOptions } from '../types.ts';

export const BY_TEST: WriteOptions = { fieldManager: 'test' };
export const STATUS_BY_TEST: WriteOptions = { fieldManager: 'test', subresource: 'status' };

export const configMaps = { group: '', plural: 'configmaps' };
export const namespaces = { group: '', plural: 'namespaces' };
export const nodes = { group: '', plural: 'nodes' };
export const pods = { group: '', plural: 'pods' };
export const daemonSets = { group: 'apps', plural: 'daemonsets' };
export const budgets = { group: 'policy', plural: 'poddisruptionbudgets' };
export const definitions = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

/**
 * An API server on a clock that stands still, with the same UIDs every time.
 *
 * @param random makes UIDs and generated names; by default one that has enough of them for small clusters
 */
export function makeApi(random = countingRandom()): {
  readonly api: ApiServer;
  readonly clock: VirtualClock;
} {
  const clock = new VirtualClock();
  return { api: createApiServer({ clock, random }), clock };
}

/** Numbers in [0, 1) that are all different for long enough, and the same in every run. */
function countingRandom(): () => number {
  let state = 0;
  return () => {
    state = (state + 0x9e3779b9) % 2 ** 32;
    return state / 2 ** 32;
  };
}

type Fields = Json & { readonly metadata?: Json };

/** An object in the default namespace, if its kind has namespaces. */
export function configMap(name: string, fields: Fields = {}): ApiObject {
  return object({ apiVersion: 'v1', kind: 'ConfigMap' }, { name, namespace: 'default' }, fields);
}

export function node(name: string, fields: Fields = {}): ApiObject {
  return object({ apiVersion: 'v1', kind: 'Node' }, { name }, fields);
}

export function pod(name: string, spec: Json = {}, metadata: Json = {}): ApiObject {
  const containers = [{ name: 'main', image: 'app:1' }];
  return object(
    { apiVersion: 'v1', kind: 'Pod' },
    { name, namespace: 'default' },
    { metadata, spec: { containers, ...spec } },
  );
}

function object(type: { apiVersion: string; kind: string }, ref: Json, fields: Fields): ApiObject {
  const { metadata, ...rest } = fields;
  return { ...type, metadata: { ...ref, ...metadata }, ...rest } as unknown as ApiObject;
}

/** A pod on a node, that says of itself that it is in a phase. */
export function addPod(api: ApiServer, name: string, options: AddedPod = {}): RawObject {
  const { nodeName = 'n1', phase = 'Running', ready = true, labels = {} } = options;
  api.create(pods, pod(name, { nodeName }, { labels }), BY_TEST);
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const body = { status: { phase, conditions } };
  return api.patch(pods, { name, namespace: 'default' }, { type: 'merge', body }, STATUS_BY_TEST);
}

export interface AddedPod {
  readonly nodeName?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Where an object of the default namespace is. */
export function at(name: string): { readonly name: string; readonly namespace: string } {
  return { name, namespace: 'default' };
}

/** What a call is refused with. */
export function refusalOf(call: () => unknown): Status {
  try {
    call();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Everything that a cursor has to tell by now. */
export function drain(cursor: { next(): WireEvent | undefined }): WireEvent[] {
  const events: WireEvent[] = [];
  for (let event = cursor.next(); event !== undefined; event = cursor.next()) events.push(event);
  return events;
}

/** Events in short: `ADDED a`. */
export function told(events: readonly WireEvent[]): string[] {
  return events.map((event) =>
    event.type === 'BOOKMARK' ? 'BOOKMARK' : `${event.type} ${event.object.metadata.name}`,
  );
}

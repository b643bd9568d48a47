import { fieldsOf, textOf } from '../api/json.ts';
import { badRequest, conflict } from '../api/refusals.ts';
import { json, success, text, type Answer } from './answer.ts';
import { readObject } from './body.ts';
import type { ObjectOperation } from './operation.ts';
import { deletionFrom, writeOptions } from './options.ts';
import { notSimulated } from './refusals.ts';

/** @see https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ */
export function evict({ api, request, ref }: ObjectOperation): Answer {
  const eviction = readObject(request, 'Eviction');
  const name = textOf(fieldsOf(eviction['metadata'])['name']);
  if (name !== ref.name) throw badRequest('name in URL does not match name in Eviction object');
  api.evict(ref, deletionFrom(fieldsOf(eviction['deleteOptions'])));
  return json({ ...success(), code: 201 }, 201);
}

/** Puts a pod on a node, once and for all. */
export function bind({ api, request, resource, ref }: ObjectOperation): Answer {
  const target = fieldsOf(readObject(request, 'Binding')['target']);
  const nodeName = textOf(target['name']);
  if (nodeName === '') throw badRequest('target.name: Required value');
  const pod = api.get(resource, ref);
  const assigned = textOf(fieldsOf(pod['spec'])['nodeName']);
  const refused = { group: '', plural: 'pods/binding' };
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(refused, ref.name, `pod ${ref.name} is being deleted, cannot be assigned to a host`);
  }
  if (assigned !== '') {
    throw conflict(refused, ref.name, `pod ${ref.name} is already assigned to node "${assigned}"`);
  }
  const patch = { type: 'merge', body: { spec: { nodeName } } } as const;
  api.patch(resource, ref, patch, writeOptions(request, 'CreateOptions'));
  return json({ ...success(), code: 201 }, 201);
}

/** Simulated containers have nothing to say, and whoever asks is told so. */
export function log({ api, resource, ref }: ObjectOperation): Answer {
  api.get(resource, ref);
  return text('The containers of this cluster are simulated: they write no log.\n');
}

/** For what would take a process in a container. */
export function refuseProcess(what: string): (operation: ObjectOperation) => Answer {
  return ({ api, resource, ref }) => {
    api.get(resource, ref);
    throw notSimulated(what);
  };
}

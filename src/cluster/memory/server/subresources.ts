import type { Resource } from '../api/types.ts';
import type { Answer } from './answer.ts';
import type { ObjectOperation } from './operation.ts';
import { bind, evict, log, refuseProcess } from './pod-subresources.ts';
import { get } from './reads.ts';
import { getScale, patchScale, replaceScale, SCALABLE } from './scale.ts';
import { patch, replace } from './writes.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A part of an object, or what can be done by way of it. */
export interface Subresource {
  readonly name: string;
  /** The kind of what is read and written, where that is not the object's own. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly answers: Readonly<Partial<Record<Method, (operation: ObjectOperation) => Answer>>>;
}

const STATUS: Subresource = {
  name: 'status',
  answers: {
    GET: get,
    PUT: (operation) => replace(operation, 'status'),
    PATCH: (operation) => patch(operation, 'status'),
  },
};

const SCALE: Subresource = {
  name: 'scale',
  kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  answers: { GET: getScale, PUT: replaceScale, PATCH: patchScale },
};

const OF_PODS: readonly Subresource[] = [
  process('attach', 'PodAttachOptions'),
  { name: 'binding', kind: { group: '', version: 'v1', kind: 'Binding' }, answers: { POST: bind } },
  { name: 'eviction', kind: { group: 'policy', version: 'v1', kind: 'Eviction' }, answers: { POST: evict } },
  process('exec', 'PodExecOptions'),
  { name: 'log', answers: { GET: log } },
  process('portforward', 'PodPortForwardOptions'),
];

/** The subresources of a kind, by name, in alphabetical order. */
export function subresourcesOf(resource: Resource): ReadonlyMap<string, Subresource> {
  const { group, plural, hasStatus } = resource;
  const isBuiltIn = group === '' || group === 'apps';
  const all = [
    ...(group === '' && plural === 'pods' ? OF_PODS : []),
    ...(isBuiltIn && SCALABLE.has(plural) ? [SCALE] : []),
    ...(hasStatus ? [STATUS] : []),
  ];
  return new Map(all.map((subresource) => [subresource.name, subresource]));
}

function process(name: string, kind: string): Subresource {
  const refuse = refuseProcess(name);
  return { name, kind: { group: '', version: 'v1', kind }, answers: { GET: refuse, POST: refuse } };
}

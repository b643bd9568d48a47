import { fieldsOf, itemsOf, textOf } from '../../api/json.ts';
import type { RawObject } from '../../api/types.ts';
import { AGE, at, column, NAME, NONE, wide, type Column } from './column.ts';

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go */
export const NODE_COLUMNS: readonly Column[] = [
  NAME,
  column('Status', status),
  column('Roles', roles),
  AGE,
  column('Version', (node) => info(node, 'kubeletVersion')),
  wide('Internal-IP', (node) => address(node, 'InternalIP')),
  wide('External-IP', (node) => address(node, 'ExternalIP')),
  wide('OS-Image', (node) => info(node, 'osImage') || '<unknown>'),
  wide('Kernel-Version', kernel),
  wide('Container-Runtime', (node) => info(node, 'containerRuntimeVersion') || '<unknown>'),
];

function status(node: RawObject): string {
  const conditions = itemsOf(at(node, 'status', 'conditions')).map(fieldsOf);
  const ready = conditions.findLast(({ type }) => type === 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'];
  if (at(node, 'spec', 'unschedulable') === true) words.push('SchedulingDisabled');
  return words.join(',');
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function roles({ metadata: { labels = {} } }: RawObject): string {
  const named = Object.keys(labels)
    .filter((key) => key.startsWith(ROLE_PREFIX) && key !== ROLE_PREFIX)
    .map((key) => key.slice(ROLE_PREFIX.length));
  const role = textOf(labels['kubernetes.io/role']);
  const all = new Set(role === '' ? named : [...named, role]);
  return [...all].sort().join(',') || NONE;
}

function info(node: RawObject, field: string): string {
  return textOf(at(node, 'status', 'nodeInfo', field));
}

function kernel(node: RawObject): string {
  const architecture = info(node, 'architecture');
  return (info(node, 'kernelVersion') || '<unknown>') + (architecture === '' ? '' : ` (${architecture})`);
}

function address(node: RawObject, type: string): string {
  const addresses = itemsOf(at(node, 'status', 'addresses')).map(fieldsOf);
  return textOf(addresses.find((each) => each['type'] === type)?.['address']) || NONE;
}

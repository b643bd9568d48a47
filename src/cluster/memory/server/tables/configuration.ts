import { fieldsOf, itemsOf, numberOf, textOf, type Json } from '../../api/json.ts';
import type { RawObject } from '../../api/types.ts';
import { labelsText } from '../label-selector-text.ts';
import { AGE, at, column, CREATED_AT, NAME, NONE, wide, type Column } from './column.ts';

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go */

export const NAMESPACE_COLUMNS: readonly Column[] = [
  NAME,
  column('Status', (object) => textOf(at(object, 'status', 'phase'))),
  AGE,
];

export const CONFIG_MAP_COLUMNS: readonly Column[] = [
  NAME,
  column('Data', (object) => size(object['data']) + size(object['binaryData'])),
  AGE,
];

export const SECRET_COLUMNS: readonly Column[] = [
  NAME,
  column('Type', (object) => textOf(object['type'])),
  column('Data', (object) => size(object['data'])),
  AGE,
];

export const SERVICE_COLUMNS: readonly Column[] = [
  NAME,
  column('Type', (object) => textOf(at(object, 'spec', 'type'))),
  column('Cluster-IP', (object) => textOf(itemsOf(at(object, 'spec', 'clusterIPs'))[0]) || NONE),
  column(
    'External-IP',
    (object) =>
      itemsOf(at(object, 'spec', 'externalIPs'))
        .map(textOf)
        .join(',') || NONE,
  ),
  column(
    'Port(s)',
    (object) =>
      itemsOf(at(object, 'spec', 'ports'))
        .map(port)
        .join(',') || NONE,
  ),
  AGE,
  wide('Selector', (object) => labelsText(at(object, 'spec', 'selector')) || NONE),
];

export const BUDGET_COLUMNS: readonly Column[] = [
  NAME,
  column('Min Available', (object) => intOrPercent(at(object, 'spec', 'minAvailable'))),
  column('Max Unavailable', (object) => intOrPercent(at(object, 'spec', 'maxUnavailable'))),
  column('Allowed Disruptions', (object) => numberOf(at(object, 'status', 'disruptionsAllowed')), 'integer'),
  AGE,
];

export const LEASE_COLUMNS: readonly Column[] = [
  NAME,
  column('Holder', (object) => textOf(at(object, 'spec', 'holderIdentity'))),
  AGE,
];

export const ROLE_COLUMNS: readonly Column[] = [NAME, CREATED_AT];

export const ROLE_BINDING_COLUMNS: readonly Column[] = [
  NAME,
  column(
    'Role',
    (object) => `${textOf(at(object, 'roleRef', 'kind'))}/${textOf(at(object, 'roleRef', 'name'))}`,
  ),
  AGE,
  wide('Users', (object) => subjects(object, 'User')),
  wide('Groups', (object) => subjects(object, 'Group')),
  wide('ServiceAccounts', (object) => subjects(object, 'ServiceAccount')),
];

export const PRIORITY_CLASS_COLUMNS: readonly Column[] = [
  NAME,
  column('Value', (object) => numberOf(object['value']), 'integer'),
  column('Global-Default', (object) => object['globalDefault'] === true, 'boolean'),
  AGE,
  column('PreemptionPolicy', (object) => textOf(object['preemptionPolicy'])),
];

export const DEFINITION_COLUMNS: readonly Column[] = [NAME, CREATED_AT];

function size(map: unknown): number {
  return Object.keys(fieldsOf(map)).length;
}

function intOrPercent(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : 'N/A';
}

function port(value: unknown): string {
  const { port: number, nodePort, protocol } = fieldsOf(value);
  const onNodes = numberOf(nodePort) === 0 ? '' : `:${numberOf(nodePort)}`;
  return `${numberOf(number)}${onNodes}/${textOf(protocol) || 'TCP'}`;
}

function subjects(binding: RawObject, kind: string): string {
  const all = itemsOf(binding['subjects']).map(fieldsOf);
  return all
    .filter((subject) => subject['kind'] === kind)
    .map(subjectName)
    .join(', ');
}

function subjectName({ kind, namespace, name }: Json): string {
  return kind === 'ServiceAccount' ? `${textOf(namespace)}/${textOf(name)}` : textOf(name);
}

import { fieldsOf, itemsOf, textOf } from '../../api/json.ts';
import type { RawObject } from '../../api/types.ts';
import { humanDuration } from '../../../../kubernetes/age.ts';
import { AGE, at, column, NAME, NONE, wide, type Column } from './column.ts';
import { podStatus } from './pod-status.ts';

export const POD_COLUMNS: readonly Column[] = [
  NAME,
  column('Ready', ready),
  column('Status', (pod) => podStatus(pod).word),
  column('Restarts', restarts),
  AGE,
  wide('IP', (pod) => textOf(fieldsOf(itemsOf(at(pod, 'status', 'podIPs'))[0])['ip']) || NONE),
  wide('Node', (pod) => textOf(at(pod, 'spec', 'nodeName')) || NONE),
  wide('Nominated Node', (pod) => textOf(at(pod, 'status', 'nominatedNodeName')) || NONE),
  wide('Readiness Gates', readinessGates),
];

function ready(pod: RawObject): string {
  const { readyContainers, containers } = podStatus(pod);
  return `${readyContainers}/${containers}`;
}

function restarts(pod: RawObject, now: number): string {
  const { restarts: count, lastRestart } = podStatus(pod);
  const isDated = count > 0 && lastRestart !== undefined;
  return isDated ? `${count} (${humanDuration(now - lastRestart)} ago)` : String(count);
}

function readinessGates(pod: RawObject): string {
  const gates = itemsOf(at(pod, 'spec', 'readinessGates')).map(fieldsOf);
  if (gates.length === 0) return NONE;
  const conditions = itemsOf(at(pod, 'status', 'conditions')).map(fieldsOf);
  const open = gates.filter(({ conditionType }) =>
    conditions.some(({ type, status }) => type === conditionType && status === 'True'),
  );
  return `${open.length}/${gates.length}`;
}

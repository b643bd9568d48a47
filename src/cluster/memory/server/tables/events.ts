import { numberOf, textOf } from '../../api/json.ts';
import type { RawObject } from '../../api/types.ts';
import { age } from '../../../../kubernetes/age.ts';
import { at, column, NAME, wide, type Column } from './column.ts';

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go */
export const EVENT_COLUMNS: readonly Column[] = [
  column('Last Seen', lastSeen),
  column('Type', (event) => textOf(event['type'])),
  column('Reason', (event) => textOf(event['reason'])),
  column('Object', target),
  wide('Subobject', (event) => textOf(at(event, 'involvedObject', 'fieldPath'))),
  wide('Source', source),
  column('Message', (event) => textOf(event['message']).trim()),
  wide('First Seen', firstSeen),
  wide('Count', (event) => numberOf(at(event, 'series', 'count')) || numberOf(event['count']) || 1),
  { ...NAME, wide: true },
];

function firstSeen(event: RawObject, now: number): string {
  return age(textOf(event['firstTimestamp']) || event['eventTime'], now);
}

function lastSeen(event: RawObject, now: number): string {
  const series = textOf(at(event, 'series', 'lastObservedTime'));
  const last = series || textOf(event['lastTimestamp']);
  return last === '' ? firstSeen(event, now) : age(last, now);
}

function target(event: RawObject): string {
  const kind = textOf(at(event, 'involvedObject', 'kind')).toLowerCase();
  const name = textOf(at(event, 'involvedObject', 'name'));
  return name === '' ? kind : `${kind}/${name}`;
}

function source(event: RawObject): string {
  const component = textOf(at(event, 'source', 'component')) || textOf(event['reportingComponent']);
  const host = textOf(at(event, 'source', 'host')) || textOf(event['reportingInstance']);
  return host === '' ? component : `${component}, ${host}`;
}

import type { NodeRecord } from '../../wire.ts';
import { kindOf, type Kind } from './kind.ts';

/** Which nodes are shown. */
export interface Filter {
  /** In the name, or in what the node waits for. */
  readonly text: string;
  /** Empty: all. */
  readonly kinds: ReadonlySet<Kind>;
  /** Empty: all. */
  readonly reason: string;
  /** Empty: all. */
  readonly zone: string;
}

export const NO_FILTER: Filter = { text: '', kinds: new Set(), reason: '', zone: '' };

export function isFiltered({ text, kinds, reason, zone }: Filter): boolean {
  return text !== '' || kinds.size > 0 || reason !== '' || zone !== '';
}

export function matches({ text, kinds, reason, zone }: Filter, record: NodeRecord): boolean {
  return (
    (kinds.size === 0 || kinds.has(kindOf(record))) &&
    (reason === '' || record.code === reason) &&
    (zone === '' || record.zone === zone) &&
    (text === '' || says(record, text.toLowerCase()))
  );
}

function says({ name, zone, pool, state, code = '' }: NodeRecord, text: string): boolean {
  return [name, zone, pool, state, code].some((word) => word.toLowerCase().includes(text));
}

/** The filter with a kind put in, or taken out if it was in. */
export function toggled(filter: Filter, kind: Kind): Filter {
  const kinds = new Set(filter.kinds);
  if (!kinds.delete(kind)) kinds.add(kind);
  return { ...filter, kinds };
}

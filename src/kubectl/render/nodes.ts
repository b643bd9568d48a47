import type { NodeReport } from '../report/node-report.ts';
import { entryOf, knownCode } from '../../reasons/index.ts';
import type { Paint, Style } from '../terminal/style.ts';
import { table, type Cell } from '../terminal/table.ts';
import { paintOfState, since } from './words.ts';

interface Column {
  readonly name: string;
  readonly cell: (node: NodeReport, now: number, style: Style) => Cell;
  readonly wide?: true;
}

const COLUMNS: readonly Column[] = [
  { name: 'node', cell: ({ name }) => name },
  { name: 'state', cell: ({ state }, _, style) => ({ text: state, paint: paintOfState(state, style) }) },
  { name: 'since', cell: ({ stateSince }, now) => since(stateSince, now) || '<unknown>' },
  { name: 'driver', cell: ({ driver }) => driver.version ?? NONE },
  { name: 'wanted', cell: ({ driver }) => driver.wantedVersion ?? NONE },
  { name: 'pool', wide: true, cell: ({ pool }) => pool ?? NONE },
  { name: 'driver pod', wide: true, cell: ({ driver }) => driver.pod ?? NONE },
  { name: 'cordoned by', wide: true, cell: ({ cordonedBy }) => cordonedBy ?? NONE },
  { name: 'reason', cell: ({ reason }, _, style) => reasonCell(reason, style) },
  { name: 'message', cell: message },
];

const NONE = '-';

/** A line for each node. */
export function renderNodes(
  nodes: readonly NodeReport[],
  { now, wide, header }: { readonly now: number; readonly wide: boolean; readonly header: boolean },
  style: Style,
): readonly string[] {
  const columns = COLUMNS.filter((column) => wide || column.wide !== true);
  const rows = nodes.map((node) => columns.map(({ cell }) => cell(node, now, style)));
  return table(header ? columns.map(({ name }) => name) : undefined, rows, style);
}

function message({ reason, placeInQueue }: NodeReport): string {
  return placeInQueue === undefined ? (reason?.message ?? '') : `Number ${placeInQueue} in the queue`;
}

function reasonCell(reason: NodeReport['reason'], style: Style): Cell {
  return reason === undefined ? NONE : { text: reason.code, paint: paintOfCode(reason, style) };
}

function paintOfCode({ severity }: NonNullable<NodeReport['reason']>, style: Style): Paint {
  if (severity === 'failed') return style.red;
  return severity === 'blocked' ? style.yellow : style.dim;
}

/** A code in a few words, where it is one of the list. */
export function titleOf(code: string): string {
  const known = knownCode(code);
  return known === undefined ? code : entryOf(known).title;
}

import type { NodeRecord } from '../../wire.ts';
import type { FleetStore } from '../fleet/store.ts';
import { glyphOf, kindOf, wordsOf } from '../fleet/kind.ts';

/** What a node is called for those who do not see it. */
export function labelOf(store: FleetStore, { name, state, code, notReady }: NodeRecord): string {
  const reason = code === undefined ? '' : `: ${store.titleOf(code)}`;
  return `${name} ${wordsOf(state).words}${reason}${notReady ? ', not Ready' : ''}`;
}

/** As much of a name as fits into a cell. */
const SHORT = 4;

export function createCell(name: string): HTMLElement {
  const cell = document.createElement('div');
  cell.setAttribute('role', 'option');
  cell.setAttribute('aria-selected', 'false');
  cell.tabIndex = -1;
  cell.dataset['node'] = name;
  cell.dataset['short'] = /\d+$/.exec(name)?.[0] ?? name.slice(-SHORT);
  return cell;
}

/** Touches nothing that is as it should be: with thousands of cells, what is written is what costs. */
export function paintCell(cell: HTMLElement, record: NodeRecord, label: string): void {
  const look = `cell ${kindOf(record)} s-${record.state}`;
  if (cell.className !== look) cell.className = look;
  const glyph = glyphOf(record);
  if (cell.textContent !== glyph) cell.textContent = glyph;
  if (cell.getAttribute('aria-label') !== label) cell.setAttribute('aria-label', label);
}

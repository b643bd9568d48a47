import type { NodeRecord } from '../../wire.ts';
import { kindOf } from '../fleet/kind.ts';
import { number } from '../format.ts';

const NATURAL = new Intl.Collator('en', { numeric: true });

/** In the order in which people count. */
export function compareNames(a: string, b: string): number {
  return NATURAL.compare(a, b);
}

/** The cells of one zone or pool, in the order of their names. */
export class Group {
  readonly element = document.createElement('div');
  readonly #list = document.createElement('div');
  readonly #count = document.createElement('span');
  readonly #names: string[] = [];
  readonly #cells: HTMLElement[] = [];
  readonly #done = new Set<string>();
  #shown = 0;

  constructor(readonly key: string) {
    const title = document.createElement('span');
    title.className = 'group-title';
    title.textContent = key;
    this.#count.className = 'group-count';
    const head = document.createElement('div');
    head.className = 'group-head';
    // The name of the group says the same to who does not see it.
    head.setAttribute('aria-hidden', 'true');
    head.append(title, this.#count);
    this.#list.className = 'cells';
    this.element.className = 'group';
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', key);
    this.element.append(head, this.#list);
  }

  get isEmpty(): boolean {
    return this.#cells.length === 0;
  }

  add(name: string, cell: HTMLElement): void {
    const at = this.#placeOf(name);
    this.#list.insertBefore(cell, this.#cells[at] ?? null);
    this.#names.splice(at, 0, name);
    this.#cells.splice(at, 0, cell);
    this.#show(cell, 1);
  }

  remove(name: string): void {
    const at = this.#placeOf(name);
    const cell = this.#cells[at];
    if (cell === undefined || this.#names[at] !== name) return;
    this.#show(cell, -1);
    cell.remove();
    this.#names.splice(at, 1);
    this.#cells.splice(at, 1);
    this.#done.delete(name);
  }

  hide(cell: HTMLElement, hidden: boolean): void {
    if (cell.hidden === hidden) return;
    cell.hidden = hidden;
    this.#shown += hidden ? -1 : 1;
    this.element.hidden = this.#shown === 0;
  }

  note(record: NodeRecord): void {
    if (kindOf(record) === 'done') this.#done.add(record.name);
    else this.#done.delete(record.name);
  }

  /** To be called when all changes of the moment are done. */
  paint(): void {
    const text = `${number(this.#done.size)} / ${number(this.#cells.length)}`;
    if (this.#count.textContent !== text) this.#count.textContent = text;
  }

  #show(cell: HTMLElement, by: 1 | -1): void {
    if (cell.hidden) return;
    this.#shown += by;
    this.element.hidden = this.#shown === 0;
  }

  #placeOf(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareNames(this.#names[middle] ?? '', name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

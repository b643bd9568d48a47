import type { NodeRecord } from '../../wire.ts';
import { matches, NO_FILTER, type Filter } from '../fleet/filter.ts';
import type { FleetStore } from '../fleet/store.ts';
import { createCell, labelOf, paintCell } from './cell.ts';
import { compareNames, Group } from './group.ts';
import { destination } from './navigation.ts';
import { Tooltip } from './tooltip.ts';

export type Grouping = 'zone' | 'pool';

export interface FleetGridOptions {
  readonly store: FleetStore;
  /** A node was chosen. */
  readonly onOpen: (name: string) => void;
}

interface Placed {
  readonly cell: HTMLElement;
  readonly group: Group;
}

/**
 * All nodes as cells, by zone or pool. Drawn by hand: a change of one node touches its cell and the count of its group, however many
 * nodes there are. For who does not see it, it is one list box, with one stop for the Tab key.
 */
export class FleetGrid {
  readonly element = document.createElement('div');
  readonly #options: FleetGridOptions;
  readonly #placed = new Map<string, Placed>();
  readonly #groups = new Map<string, Group>();
  readonly #tooltip = new Tooltip();
  #grouping: Grouping = 'zone';
  #filter: Filter = NO_FILTER;
  #selected: string | undefined;
  /** The cell at which the Tab key stops. */
  #stop: HTMLElement | undefined;

  constructor(options: FleetGridOptions) {
    this.#options = options;
    this.element.className = 'grid';
    this.element.setAttribute('role', 'listbox');
    this.element.setAttribute('aria-label', 'Nodes');
    document.body.append(this.#tooltip.element);
    this.#listen();
  }

  /** Brings these nodes up to date. */
  update(names: Iterable<string>): void {
    const touched = new Set<Group>();
    for (const name of names) {
      const before = this.#placed.get(name)?.group;
      if (before !== undefined) touched.add(before);
      const group = this.#updateOne(name);
      if (group !== undefined) touched.add(group);
    }
    for (const group of touched) this.#settle(group);
    this.#fit();
    this.#keepStop();
  }

  /** Arranges all nodes anew. */
  group(grouping: Grouping): void {
    if (grouping === this.#grouping) return;
    this.#grouping = grouping;
    this.update(this.#placed.keys());
  }

  filter(filter: Filter): void {
    this.#filter = filter;
    for (const record of this.#options.store.nodes) this.#hide(record);
    this.#keepStop();
  }

  select(name: string | undefined): void {
    const of = (each: string | undefined): HTMLElement | undefined =>
      each === undefined ? undefined : this.#placed.get(each)?.cell;
    of(this.#selected)?.setAttribute('aria-selected', 'false');
    this.#selected = name;
    of(name)?.setAttribute('aria-selected', 'true');
  }

  focus(name: string): void {
    const cell = this.#placed.get(name)?.cell;
    if (cell !== undefined && !cell.hidden) this.#go(cell);
  }

  #updateOne(name: string): Group | undefined {
    const record = this.#options.store.node(name);
    if (record === undefined) {
      this.#remove(name);
      return undefined;
    }
    const { cell, group } = this.#place(record);
    paintCell(cell, record, labelOf(this.#options.store, record));
    group.note(record);
    this.#hide(record);
    return group;
  }

  #place(record: NodeRecord): Placed {
    const key = record[this.#grouping] || (this.#grouping === 'zone' ? 'no zone' : 'no driver pool');
    const before = this.#placed.get(record.name);
    if (before?.group.key === key) return before;
    before?.group.remove(record.name);
    const cell = before?.cell ?? createCell(record.name);
    const group = this.#groups.get(key) ?? this.#addGroup(key);
    group.add(record.name, cell);
    const placed = { cell, group };
    this.#placed.set(record.name, placed);
    return placed;
  }

  #addGroup(key: string): Group {
    const group = new Group(key);
    const next = [...this.#groups.values()]
      .sort((a, b) => compareNames(a.key, b.key))
      .find((each) => compareNames(each.key, key) > 0);
    this.element.insertBefore(group.element, next?.element ?? null);
    this.#groups.set(key, group);
    return group;
  }

  #remove(name: string): void {
    this.#placed.get(name)?.group.remove(name);
    this.#placed.delete(name);
  }

  #settle(group: Group): void {
    group.paint();
    if (!group.isEmpty) return;
    group.element.remove();
    this.#groups.delete(group.key);
  }

  #hide(record: NodeRecord): void {
    const placed = this.#placed.get(record.name);
    placed?.group.hide(placed.cell, !matches(this.#filter, record));
  }

  /** The more nodes, the smaller the cells. */
  #fit(): void {
    const { size } = this.#options.store;
    const [fit] = FITS.find(([, most]) => size <= most) ?? ['small'];
    if (this.element.dataset['fit'] !== fit) this.element.dataset['fit'] = fit;
  }

  #keepStop(): void {
    if (this.#stop?.isConnected === true && !this.#stop.hidden) return;
    const [first] = this.#shown();
    this.#stopAt(first);
  }

  #stopAt(cell: HTMLElement | undefined): void {
    if (cell === this.#stop) return;
    if (this.#stop !== undefined) this.#stop.tabIndex = -1;
    this.#stop = cell;
    if (cell !== undefined) cell.tabIndex = 0;
  }

  #shown(): readonly HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('.cell:not([hidden])')];
  }

  #go(cell: HTMLElement): void {
    this.#stopAt(cell);
    cell.focus();
  }

  #listen(): void {
    const { element } = this;
    element.addEventListener('click', (event) => {
      const cell = cellAt(event);
      if (cell !== undefined) this.#open(cell);
    });
    element.addEventListener('keydown', (event) => {
      this.#onKey(event);
    });
    for (const type of ['pointerover', 'focusin'] as const)
      element.addEventListener(type, (event) => {
        const cell = cellAt(event);
        if (cell !== undefined) this.#tooltip.show(cell);
      });
    for (const type of ['pointerout', 'focusout', 'click'] as const)
      element.addEventListener(type, () => {
        this.#tooltip.hide();
      });
    window.addEventListener(
      'scroll',
      () => {
        this.#tooltip.hide();
      },
      { passive: true },
    );
  }

  #onKey(event: KeyboardEvent): void {
    const cell = cellAt(event);
    if (cell === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#open(cell);
      return;
    }
    if (!KEYS.has(event.key)) return;
    event.preventDefault();
    const to = destination(event.key, this.#shown(), cell);
    if (to !== undefined) this.#go(to);
  }

  #open(cell: HTMLElement): void {
    const name = cell.dataset['node'];
    if (name === undefined) return;
    this.#stopAt(cell);
    this.#options.onOpen(name);
  }
}

/** How large cells are, for how many nodes at the most. */
const FITS = [
  ['huge', 100],
  ['large', 300],
  ['medium', 1200],
] as const;

const KEYS: ReadonlySet<string> = new Set([
  ...['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp'],
  ...['Home', 'End', 'PageDown', 'PageUp'],
]);

function cellAt({ target }: Event): HTMLElement | undefined {
  return target instanceof HTMLElement && target.classList.contains('cell') ? target : undefined;
}

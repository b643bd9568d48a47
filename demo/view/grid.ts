import { byZone, type ShownNode } from './fleet.ts';
import { LOOKS, phaseOf } from './phase.ts';
import { BOLD, DIM, fit, type Paint } from './text.ts';

export interface GridShape {
  /** Columns that may be used. */
  readonly width: number;
  /** Lines that may be used. */
  readonly height: number;
  readonly paint: Paint;
}

export interface Grid {
  readonly lines: readonly string[];
  /** Whether there was no room for words. */
  readonly letters: boolean;
}

type Zones = ReadonlyMap<string, readonly ShownNode[]>;

/** Between two zones that stand side by side. */
const GUTTER = 2;
const WORD = 11;
/** The narrowest column with a name, a word and a few pods. */
const NARROWEST = 23;

/**
 * The nodes by zone: each with its phase in a word and its pods as dots if there is room for that, else as a number and a letter,
 * else as a letter.
 */
export function grid(nodes: readonly ShownNode[], shape: GridShape): Grid {
  const zones = byZone(nodes);
  const columns = columnWidth(zones, shape);
  const tallest = Math.max(...[...zones.values()].map(({ length }) => length));
  if (columns >= NARROWEST && tallest < shape.height)
    return { lines: sideBySide(zones, columns, shape.paint), letters: false };
  const numbered = rows(zones, shape, numberedCell);
  return {
    lines: numbered.length <= shape.height ? numbered : rows(zones, shape, letterCell),
    letters: true,
  };
}

function columnWidth({ size }: Zones, { width }: GridShape): number {
  return Math.floor((width - GUTTER * (size - 1)) / Math.max(1, size));
}

function sideBySide(zones: Zones, width: number, paint: Paint): readonly string[] {
  const columns = [...zones].map(([zone, nodes]) => [
    paint(fit(` ${zone}`, width), BOLD),
    ...nodes.map((node) => entry(node, width, paint)),
  ]);
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((column) => column[line] ?? ' '.repeat(width))
      .join(' '.repeat(GUTTER))
      .trimEnd(),
  );
}

/** ` node-07  draining  ●●○` */
function entry(node: ShownNode, width: number, paint: Paint): string {
  const phase = phaseOf(node);
  const name = `${node.held ? '*' : ' '}${node.name} `;
  const word = paint(fit(` ${phase}`, WORD), LOOKS[phase].colour);
  const load = fit(` ${dots(node, width - name.length - WORD - 1)}`, width - name.length - WORD);
  return `${name}${word}${paint(load, DIM)}`;
}

/** A node's pods: those that stay, those that are leaving, those that are waited for. More than fit are counted. */
function dots({ pods, leaving, jobs }: ShownNode, room: number): string {
  const all = '◆'.repeat(jobs) + '●'.repeat(pods) + '○'.repeat(leaving);
  return all.length <= room ? all : `${jobs + pods + leaving}●`;
}

function rows(zones: Zones, { width, paint }: GridShape, cell: Cell): readonly string[] {
  const labelWidth = Math.max(...[...zones.keys()].map(({ length }) => length)) + 2;
  return [...zones].flatMap(([zone, nodes]) => {
    const perRow = Math.max(1, Math.floor((width - labelWidth) / cell.width(nodes)));
    return chunks(nodes, perRow).map(
      (chunk, index) =>
        paint(fit(index === 0 ? ` ${zone}` : '', labelWidth), BOLD) +
        chunk
          .map((node) => cell.draw(node, paint))
          .join('')
          .trimEnd(),
    );
  });
}

interface Cell {
  width(nodes: readonly ShownNode[]): number;
  draw(node: ShownNode, paint: Paint): string;
}

const numberedCell: Cell = {
  width: (nodes) => Math.max(...nodes.map((node) => numberOf(node).length)) + 2,
  draw: (node, paint) => {
    const look = LOOKS[phaseOf(node)];
    return `${paint(numberOf(node) + (node.held ? '*' : look.letter), look.colour)} `;
  },
};

const letterCell: Cell = {
  width: () => 1,
  draw: (node, paint) => {
    const look = LOOKS[phaseOf(node)];
    return paint(node.held ? '*' : look.letter, look.colour);
  },
};

function numberOf({ name }: ShownNode): string {
  return /\d+$/.exec(name)?.[0] ?? name;
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

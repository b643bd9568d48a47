import { cut, widthOf, type Paint, type Style } from './style.ts';

/** What stands in a column, and perhaps in which colour. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

const GAP = 3;

/**
 * A table as kubectl has it: columns of equal width, in capitals above. Where lines have an end, the last column is cut to it.
 *
 * @param header the columns' names; undefined: none are shown
 */
export function table(
  header: readonly string[] | undefined,
  rows: readonly (readonly Cell[])[],
  style: Style,
): readonly string[] {
  const all = header === undefined ? rows : [header.map((name) => name.toUpperCase()), ...rows];
  const widths = columnWidths(all);
  return all.map((row) => line(row, widths, style));
}

function columnWidths(rows: readonly (readonly Cell[])[]): readonly number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(textOf(row[column] ?? ''))), 0),
  );
}

function line(row: readonly Cell[], widths: readonly number[], style: Style): string {
  let used = 0;
  const parts = row.map((cell, column) => {
    const width = widths[column] ?? 0;
    if (column === row.length - 1) return painted(cell, cut(textOf(cell), style.columns - used, style));
    used += width + GAP;
    return painted(cell, textOf(cell)) + ' '.repeat(width - widthOf(textOf(cell)) + GAP);
  });
  return parts.join('').trimEnd();
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function painted(cell: Cell, text: string): string {
  return typeof cell === 'string' ? text : cell.paint(text);
}

/** Where a key leads to, from one cell among all that are shown; undefined: nowhere. */
export function destination(
  key: string,
  cells: readonly HTMLElement[],
  from: HTMLElement,
): HTMLElement | undefined {
  const at = cells.indexOf(from);
  switch (key) {
    case 'ArrowRight':
      return cells[at + 1];
    case 'ArrowLeft':
      return cells[at - 1];
    case 'ArrowDown':
      return inNextRow(cells, at, 1);
    case 'ArrowUp':
      return inNextRow(cells, at, -1);
    case 'Home':
      return cells[0];
    case 'End':
      return cells.at(-1);
    case 'PageDown':
      return cells.find((cell, index) => index > at && cell.parentElement !== from.parentElement);
    case 'PageUp':
      return cells.findLast((cell, index) => index < at && cell.parentElement !== from.parentElement);
    default:
      return undefined;
  }
}

/** How many cells stand in a row depends on how wide the page is: it is looked up where they are. */
function inNextRow(cells: readonly HTMLElement[], at: number, step: 1 | -1): HTMLElement | undefined {
  const from = cells[at];
  if (from === undefined) return undefined;
  const onwards = step === 1 ? cells.slice(at + 1) : cells.slice(0, at).reverse();
  const begin = onwards.findIndex((cell) => !sameRow(cell, from));
  const first = onwards[begin];
  if (first === undefined) return undefined;
  const end = onwards.findIndex((cell, index) => index > begin && !sameRow(cell, first));
  const row = onwards.slice(begin, end < 0 ? undefined : end);
  const away = (cell: HTMLElement): number => Math.abs(leftOf(cell) - leftOf(from));
  return row.reduce((best, cell) => (away(cell) < away(best) ? cell : best), first);
}

function sameRow(a: HTMLElement, b: HTMLElement): boolean {
  return Math.abs(a.getBoundingClientRect().top - b.getBoundingClientRect().top) < 1;
}

function leftOf(cell: HTMLElement): number {
  return cell.getBoundingClientRect().left;
}

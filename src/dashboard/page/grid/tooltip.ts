const GAP = 8;

/** One bubble for all cells: what a cell is called, where the pointer or the focus is. */
export class Tooltip {
  readonly element = document.createElement('div');

  constructor() {
    this.element.className = 'tooltip';
    this.element.hidden = true;
    // The cell itself says the same.
    this.element.setAttribute('aria-hidden', 'true');
  }

  show(cell: HTMLElement): void {
    const { element } = this;
    element.textContent = cell.getAttribute('aria-label');
    element.hidden = false;
    const at = cell.getBoundingClientRect();
    const own = element.getBoundingClientRect();
    const left = at.left + at.width / 2 - own.width / 2;
    const above = at.top - own.height - GAP;
    element.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - own.width - GAP))}px`;
    element.style.top = `${above > 0 ? above : at.bottom + GAP}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

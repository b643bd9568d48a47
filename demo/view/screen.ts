/** What a screen writes to. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_TO_END_OF_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
// A terminal that knows these shows all that is between them at once; others ignore them.
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';

/**
 * A block of lines at the end of a terminal that is drawn again in place. Its lines must be narrower than the terminal, and fewer
 * than its rows.
 */
export class Screen {
  readonly #terminal: Terminal;
  #drawn: readonly string[] = [];
  /** As it was when the block was drawn. */
  #size = '';
  #closed = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Draws the block, over the one before. Nothing is written if nothing has changed. */
  draw(lines: readonly string[]): void {
    if (this.#closed) return;
    this.#noticeSize();
    if (lines.length === this.#drawn.length && lines.every((line, index) => line === this.#drawn[index]))
      return;
    const up = this.#drawn.length === 0 ? HIDE_CURSOR : `\u001b[${this.#drawn.length}A`;
    const text = lines.map((line) => `${line}${CLEAR_TO_END_OF_LINE}\n`).join('');
    this.#terminal.write(`${BEGIN}${up}\r${text}${CLEAR_BELOW}${END}`);
    this.#drawn = lines;
  }

  /** Leaves the block where it is; what is written next comes below it. */
  settle(): void {
    if (this.#drawn.length > 0) this.#terminal.write(SHOW_CURSOR);
    this.#drawn = [];
  }

  /** Writes lines that stay. */
  print(...lines: readonly string[]): void {
    if (this.#closed) return;
    this.settle();
    this.#terminal.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** Leaves everything as it is, for good: what is drawn later, by whoever does not know yet, does not hide the cursor again. */
  close(): void {
    this.settle();
    this.#closed = true;
  }

  /** Where the lines are by now, in a terminal that has another size, nobody knows: the block starts anew below them. */
  #noticeSize(): void {
    const { columns, rows } = this.#terminal;
    const size = `${columns ?? ''} ${rows ?? ''}`;
    if (size !== this.#size) this.settle();
    this.#size = size;
  }
}

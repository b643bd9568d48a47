/** A part of a terminal that is drawn over and over, in place. */
export class Canvas {
  readonly #write: (text: string) => void;
  readonly #size: () => { readonly columns: number; readonly rows: number };
  #height = 0;

  constructor(
    write: (text: string) => void,
    size: () => { readonly columns: number; readonly rows: number },
  ) {
    this.#write = write;
    this.#size = size;
  }

  /** Shows these lines where the last ones were. What is too high for the terminal is left out: it could not be drawn over. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, Math.max(1, this.#size().rows - 1));
    const back = this.#height === 0 ? '' : `\u001B[${this.#height}A`;
    this.#write(`${back}\r\u001B[J${shown.map((line) => `${line}\n`).join('')}`);
    this.#height = shown.length;
  }
}

const NEWLINE = 0x0a;

/** A line was longer than it may be. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

/**
 * Cuts a stream of bytes into lines. The bytes are cut before they are decoded, so a character may be spread over chunks.
 * What comes after the last newline is not a line and is not returned.
 */
export class LineSplitter {
  readonly #longest: number;
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** @param longest in bytes; nothing longer is kept in memory */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /**
   * The lines that a chunk completes, without their newlines.
   *
   * @throws LineTooLongError
   */
  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#restBytes += part.length;
    if (this.#restBytes > this.#longest)
      throw new LineTooLongError(`A line is longer than ${this.#longest} bytes`);
    this.#rest.push(part);
  }

  #take(): string {
    const [only] = this.#rest;
    const bytes =
      only !== undefined && this.#rest.length === 1 ? only : Buffer.concat(this.#rest, this.#restBytes);
    const line = bytes.toString('utf8');
    this.#rest = [];
    this.#restBytes = 0;
    return line;
  }
}

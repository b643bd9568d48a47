import type { Readable } from 'node:stream';

/** How many bytes may lie unread before the sender is made to wait. */
const MOST_UNREAD = 1024 * 1024;

/**
 * The chunks of a stream, in turn, and then its end or its failure. Like the stream's own iterator, for a fraction of the work per
 * chunk: a watch brings one every few milliseconds, for as long as the program runs. Nobody may ask for a chunk before having got the
 * last one; who wants no more must call `return`.
 */
export class Chunks implements AsyncIterableIterator<Buffer, undefined> {
  readonly #stream: Readable;
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #end: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#unread.push(chunk);
      this.#unreadBytes += chunk.length;
      if (this.#unreadBytes >= MOST_UNREAD) stream.pause();
      this.#wake?.();
    });
    stream.on('error', (error) => {
      this.#over({ error });
    });
    stream.on('close', () => {
      this.#over({});
    });
    stream.on('end', () => {
      this.#over({});
    });
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    if (this.#unread.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const value = this.#take();
    if (value !== undefined) return { done: false, value };
    if (this.#end?.error !== undefined) throw this.#end.error;
    return { done: true, value: undefined };
  }

  /** Lets go of the stream. */
  return(): Promise<IteratorReturnResult<undefined>> {
    this.#unread = [];
    this.#stream.destroy();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Everything that is there, as one. */
  #take(): Buffer | undefined {
    const [first, ...others] = this.#unread;
    if (first === undefined) return undefined;
    this.#unread = [];
    this.#unreadBytes = 0;
    if (this.#stream.isPaused()) this.#stream.resume();
    return others.length === 0 ? first : Buffer.concat([first, ...others]);
  }

  #over(end: { readonly error?: Error }): void {
    this.#end ??= end;
    this.#wake?.();
  }
}

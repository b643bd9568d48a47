/** Things that come one after the other, for one reader, kept until they are read. */
export class Stream<T> {
  #waiting: T[] = [];
  #wake: () => void = () => undefined;

  push(item: T): void {
    this.#waiting.push(item);
    this.#wake();
  }

  /** Goes on until the signal aborts. */
  async *read(signal: AbortSignal | undefined): AsyncGenerator<T> {
    const wake = (): void => {
      this.#wake();
    };
    signal?.addEventListener('abort', wake, { once: true });
    try {
      while (signal?.aborted !== true) {
        const items = this.#waiting;
        this.#waiting = [];
        yield* items;
        if (this.#waiting.length > 0) continue;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (signal?.aborted === true) resolve();
        });
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }
}

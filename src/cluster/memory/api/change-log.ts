import type { RawObject, StoreChange } from './types.ts';

/** A change, with the object as it was stored before: `before` of a deletion carries the deletion's resourceVersion instead. */
export interface LoggedChange extends StoreChange {
  readonly stored: RawObject | undefined;
}

/** What happened lately, oldest first. Places in it are counted from the first change there ever was, so they stay what they are. */
export class ChangeLog {
  #changes: LoggedChange[] = [];
  /** How many at the front of `#changes` are forgotten already. */
  #head = 0;
  /** The place of `#changes[0]`. */
  #base = 0;
  readonly #listeners = new Set<() => void>();

  /** The oldest place that is remembered. */
  get start(): number {
    return this.#base + this.#head;
  }

  /** The place that the next change takes. */
  get end(): number {
    return this.#base + this.#changes.length;
  }

  get length(): number {
    return this.#changes.length - this.#head;
  }

  at(place: number): LoggedChange | undefined {
    return place < this.start ? undefined : this.#changes[place - this.#base];
  }

  /** The place of the first change that is newer than a revision. */
  after(revision: number): number {
    let [low, high] = [this.#head, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const change = this.#changes[middle];
      if (change !== undefined && change.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#base + low;
  }

  append(change: LoggedChange): void {
    this.#changes.push(change);
  }

  forgetOldest(): LoggedChange | undefined {
    const change = this.#changes[this.#head];
    if (change === undefined) return undefined;
    this.#head += 1;
    // Now and then, so that forgetting one costs next to nothing.
    if (this.#head >= 1024 && this.#head * 2 >= this.#changes.length) {
      this.#changes = this.#changes.slice(this.#head);
      this.#base += this.#head;
      this.#head = 0;
    }
    return change;
  }

  /** Calls back after each change, until the returned function is called. */
  listen(callback: () => void): () => void {
    // A wrapper, so that the same function may listen twice.
    const listener = (): void => {
      callback();
    };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * Lets so many at a time do something, and the others in the order in which they asked. One whose turn comes is not held to what it asked
 * for: it is told to look again, and by then may want something else, or nothing.
 */
export class Turns {
  readonly #most: () => number;
  readonly #offer: (name: string) => void;
  readonly #taken = new Set<string>();
  readonly #waiting = new Set<string>();

  /**
   * @param most how many at a time, asked anew each time
   * @param offer called when it is somebody's turn, who is to call {@link take} or {@link pass} then
   */
  constructor(most: () => number, offer: (name: string) => void) {
    this.#most = most;
    this.#offer = offer;
  }

  /** Whether it may be done now; else it is offered a turn later. Whoever takes a turn gives it back. */
  take(name: string): boolean {
    if (this.#taken.size >= this.#most()) {
      this.#waiting.add(name);
      return false;
    }
    this.#waiting.delete(name);
    this.#taken.add(name);
    return true;
  }

  giveBack(name: string): void {
    if (this.#taken.delete(name)) this.#offerNext();
  }

  /** There is nothing to do under this name, or not any more. */
  pass(name: string): void {
    if (this.#waiting.delete(name) && this.#taken.size < this.#most()) this.#offerNext();
  }

  #offerNext(): void {
    for (const name of this.#waiting) {
      this.#offer(name);
      return;
    }
  }
}

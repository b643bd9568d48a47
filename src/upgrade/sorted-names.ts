/** Names in order, with the first at hand: adding and removing one costs a binary search and a move in memory. */
export class SortedNames {
  readonly #names: string[] = [];

  add(name: string): void {
    const at = this.#indexOf(name);
    if (this.#names[at] !== name) this.#names.splice(at, 0, name);
  }

  delete(name: string): void {
    const at = this.#indexOf(name);
    if (this.#names[at] === name) this.#names.splice(at, 1);
  }

  first(): string | undefined {
    return this.#names[0];
  }

  /** The first that `are` is true of, `most` of them at the most. */
  firstFew(most: number, are: (name: string) => boolean): readonly string[] {
    const few: string[] = [];
    for (const name of this.#names) {
      if (few.length === most) break;
      if (are(name)) few.push(name);
    }
    return few;
  }

  /** Where the name stands, or would. */
  #indexOf(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#names[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

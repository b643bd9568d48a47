/** Names in order, with the first at hand. What adding or removing one costs hardly depends on how many there are. */
export class SortedNames {
  /** In order, and none of them empty: a single list of all would have to be moved in memory for each name that leaves its front. */
  readonly #shelves: string[][] = [];

  add(name: string): void {
    const [at, shelf] = this.#shelfFor(name);
    if (shelf === undefined) {
      this.#shelves.push([name]);
      return;
    }
    const place = placeOf(name, shelf);
    if (shelf[place] === name) return;
    shelf.splice(place, 0, name);
    if (shelf.length > MOST_ON_SHELF) this.#shelves.splice(at + 1, 0, shelf.splice(shelf.length >>> 1));
  }

  delete(name: string): void {
    const [at, shelf] = this.#shelfFor(name);
    if (shelf === undefined) return;
    const place = placeOf(name, shelf);
    if (shelf[place] !== name) return;
    shelf.splice(place, 1);
    if (shelf.length === 0) this.#shelves.splice(at, 1);
  }

  get size(): number {
    return this.#shelves.reduce((sum, shelf) => sum + shelf.length, 0);
  }

  first(): string | undefined {
    return this.#shelves[0]?.[0];
  }

  /** The first that `are` is true of, `most` of them at the most. */
  firstFew(most: number, are: (name: string) => boolean): readonly string[] {
    const few: string[] = [];
    for (const shelf of this.#shelves) {
      for (const name of shelf) {
        if (few.length >= most) return few;
        if (are(name)) few.push(name);
      }
    }
    return few;
  }

  /** The shelf on which the name stands, or would; none if there are no names at all. */
  #shelfFor(name: string): readonly [at: number, shelf: string[] | undefined] {
    const after = lowest(this.#shelves.length, (index) => (this.#shelves[index]?.[0] ?? '') > name);
    const at = Math.max(0, after - 1);
    return [at, this.#shelves[at]];
  }
}

const MOST_ON_SHELF = 512;

/** Where the name stands, or would. */
function placeOf(name: string, names: readonly string[]): number {
  return lowest(names.length, (index) => (names[index] ?? '') >= name);
}

/** The lowest index, of so many, from which on something holds; their number if it does nowhere. */
function lowest(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

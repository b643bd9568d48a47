/** How often each thing is there; what is not there any more is left out. */
export class Counter<Thing> {
  readonly #counts = new Map<Thing, number>();

  add(thing: Thing, by: 1 | -1): void {
    const count = this.of(thing) + by;
    if (count === 0) this.#counts.delete(thing);
    else this.#counts.set(thing, count);
  }

  of(thing: Thing): number {
    return this.#counts.get(thing) ?? 0;
  }

  get entries(): readonly (readonly [thing: Thing, count: number])[] {
    return [...this.#counts];
  }

  clear(): void {
    this.#counts.clear();
  }
}

/**
 * Chance that can be had again: the same seed gives the same numbers. Parts of a run each take a fork of their own, so that what one
 * part draws does not change what another one gets.
 */
export class Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: string | number) {
    this.#seed = String(seed);
    [this.#a, this.#b, this.#c, this.#d] = hash(this.#seed);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** Uniform in [0, 1). By sfc32, which is small, fast and passes the usual tests of randomness. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws Error if there is nothing to choose from */
  pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.next() * from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  /** Mostly short, sometimes long: exponentially distributed with this mean. */
  around(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  /** Independent numbers that depend on the seed and the name alone, not on what has been drawn so far. */
  fork(name: string): Random {
    return new Random(`${this.#seed}/${name}`);
  }
}

/** Four numbers from a text, by the MurmurHash3 finaliser over FNV-1a with four different starts. */
function hash(text: string): [number, number, number, number] {
  return [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef].map((start) => {
    let value = start ^ text.length;
    for (let index = 0; index < text.length; index += 1) {
      value = Math.imul(value ^ text.charCodeAt(index), 16_777_619);
    }
    value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
    value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
    return (value ^ (value >>> 16)) >>> 0;
  }) as [number, number, number, number];
}

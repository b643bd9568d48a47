/** What happened in a run, in order, for whoever wants to know why. Nothing is kept unless somebody does. */
export class Trace {
  readonly lines: string[] = [];
  readonly #on: boolean;
  readonly #now: () => number;

  /** @param now milliseconds since the run began */
  constructor(on: boolean, now: () => number) {
    this.#on = on;
    this.#now = now;
  }

  /** @param tell made only if somebody listens */
  add(who: string, tell: () => string | undefined): void {
    if (!this.#on) return;
    const what = tell();
    if (what !== undefined) this.lines.push(`${seconds(this.#now())}  ${who.padEnd(10)}  ${what}`);
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3).padStart(9);
}

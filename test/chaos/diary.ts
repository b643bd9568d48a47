/** What was done to a cluster on purpose, in order and with its times, and how often. */
export class Diary {
  readonly #began = Date.now();
  readonly #lines: string[] = [];
  readonly #counts = new Map<string, number>();

  /** @param deed what it is counted as. @param detail what is told of it besides */
  note(deed: string, detail = ''): void {
    this.#counts.set(deed, (this.#counts.get(deed) ?? 0) + 1);
    this.remark(detail === '' ? deed : `${deed}: ${detail}`);
  }

  /** Something that is told and not counted. */
  remark(what: string): void {
    const at = new Date();
    const seconds = ((at.getTime() - this.#began) / 1000).toFixed(2).padStart(7);
    this.#lines.push(`${at.toISOString()} ${seconds} s  ${what}`);
  }

  /** How often each was done. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Everything, one line each. */
  toString(): string {
    return this.#lines.join('\n');
  }
}

/** Figures with their names, in two columns, for the log. */
export function table(figures: Iterable<readonly [string, number | string]>): string {
  const rows = [...figures].map(([name, figure]) => [name, String(figure)] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  const digits = Math.max(...rows.map(([, figure]) => figure.length));
  return rows.map(([name, figure]) => `  ${name.padEnd(width)}  ${figure.padStart(digits)}`).join('\n');
}

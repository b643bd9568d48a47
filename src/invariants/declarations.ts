import type { Declaration, OutsideDeed } from './findings.ts';

/** What people and other controllers were announced to do, and how much of it has not been seen yet. */
export class Declarations {
  readonly #open: { readonly declaration: Declaration; left: number }[] = [];

  declare(declaration: Declaration): void {
    this.#open.push({ declaration, left: declaration.times });
  }

  /** Whether the deed was announced before it was seen; uses the announcement up. */
  excuse(node: string, deed: OutsideDeed, time: number): boolean {
    const found = this.#open.find(
      ({ declaration, left }) => left > 0 && covers(declaration, { node, deed, time }),
    );
    if (found === undefined) return false;
    found.left -= 1;
    return true;
  }
}

function covers(
  declaration: Declaration,
  { node, deed, time }: { node: string; deed: OutsideDeed; time: number },
): boolean {
  if (declaration.node !== node || declaration.deed !== deed) return false;
  return declaration.from <= time && time <= (declaration.until ?? Infinity);
}

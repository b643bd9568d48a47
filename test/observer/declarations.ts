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
      ({ declaration, left }) =>
        left > 0 && declaration.node === node && declaration.deed === deed && declaration.time <= time,
    );
    if (found === undefined) return false;
    found.left -= 1;
    return true;
  }
}

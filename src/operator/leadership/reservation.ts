/** The nodes that may be being started: by their names, or any. */
export interface Reservation {
  has(node: string): boolean;
}

/** In place of the names: any node. */
export const ANY_NODE = '*';

/** An annotation has its limits: where there are more names than this, any node stands for them. */
const MOST_NAMES = 512;

/** What is written on the Lease for these names; nothing for none. */
export function formatReservation(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return JSON.stringify(names.length > MOST_NAMES ? [ANY_NODE] : names);
}

/** Reads it back. What cannot be read, or is more than was ever written, may have been anything: then it stands for any node. */
export function parseReservation(text: string | undefined): Reservation {
  if (text === undefined) return new Set<string>();
  const names = parse(text);
  return names === undefined || names.has(ANY_NODE) ? anyNode : names;
}

/** Whoever has lost the record has to reckon with everything. */
export const anyNode: Reservation = { has: () => true };

/** What both have. */
export function narrowed(a: Reservation, b: Reservation): Reservation {
  return { has: (node) => a.has(node) && b.has(node) };
}

function parse(text: string): ReadonlySet<string> | undefined {
  try {
    const names: unknown = JSON.parse(text);
    return isNames(names) ? new Set(names) : undefined;
  } catch {
    return undefined;
  }
}

function isNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.length <= MOST_NAMES && value.every((name) => typeof name === 'string')
  );
}

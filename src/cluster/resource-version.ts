const DECIMAL = /^(?:0|[1-9][0-9]*)$/;

/** Whether a string is a resourceVersion that an object, a list or a bookmark can have. */
export function isResourceVersion(value: unknown): value is string {
  return typeof value === 'string' && DECIMAL.test(value);
}

/**
 * Which of two resourceVersions of the same kind of object is newer. They are unsigned decimal integers of any length, so they
 * are never turned into numbers: those are exact up to 2^53 only.
 *
 * @returns negative if `a` is older than `b`, positive if it is newer, 0 if they are the same
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

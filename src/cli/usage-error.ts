/**
 * What was asked for cannot be done as it was asked for: a wrong flag, value or file. Shown as one line, without a stack, and the
 * program exits with status 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A text of several lines as one. */
export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

const REDACTED = '[redacted]';

// By name: whatever stands under such a key. By look: credentials that reach a log inside a longer text, such as a header in an error.
const SECRET_KEY =
  /(token|authorization|password|passwd|secret|cookie|credentials?|private-?key|key-?data)$/i;
const SECRET_TEXT = /\bBearer\s+[\w.~+/=-]+|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/gi;

// Deeper than anything that is logged on purpose; it ends cycles too.
const DEEPEST = 6;

/**
 * Fields as they may be written: errors as plain objects, credentials left out, nothing that JSON cannot hold.
 *
 * @param stacks whether errors keep their stack
 */
export function forLog(fields: Readonly<Record<string, unknown>>, stacks: boolean): Record<string, unknown> {
  return plainObject(fields, stacks, 0);
}

function plainObject(fields: object, stacks: boolean, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, plainField(key, value, { stacks, depth: depth + 1 })]),
  );
}

function plainField(key: string, value: unknown, at: { stacks: boolean; depth: number }): unknown {
  return typeof value === 'string' && value !== '' && SECRET_KEY.test(key)
    ? REDACTED
    : plainValue(value, at.stacks, at.depth);
}

function plainValue(value: unknown, stacks: boolean, depth: number): unknown {
  if (typeof value === 'string') {
    return value.replace(SECRET_TEXT, REDACTED);
  }
  if (typeof value === 'bigint') {
    return value.toString();
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth > DEEPEST) {
    return '[too deep]';
  }
  return plainStructure(value, stacks, depth);
}

function plainStructure(value: object, stacks: boolean, depth: number): unknown {
  if (value instanceof Error) {
    return plainError(value, stacks, depth);
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? null : value.toISOString();
  }
  if (Array.isArray(value)) {
    return value.map((item) => plainValue(item, stacks, depth + 1));
  }
  if (value instanceof Set || value instanceof Map) {
    return plainValue([...value], stacks, depth);
  }
  return plainObject(value, stacks, depth);
}

function plainError(error: Error, stacks: boolean, depth: number): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: plainValue(error.message, stacks, depth),
    ...(error.cause === undefined ? {} : { cause: plainValue(error.cause, stacks, depth + 1) }),
    ...(stacks && error.stack !== undefined ? { stack: plainValue(error.stack, stacks, depth) } : {}),
  };
}

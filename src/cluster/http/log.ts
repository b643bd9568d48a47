/** What is used of a logger; pino is one. Messages are constant, what varies is in the fields. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export const silent: Log = { debug: () => undefined, warn: () => undefined };

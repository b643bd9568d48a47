export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Reads a level as a person writes it, in any case; undefined if there is no such level. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const wanted = text.trim().toLowerCase();
  return LOG_LEVELS.find((level) => level === wanted);
}

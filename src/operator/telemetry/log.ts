import { destination as openDestination, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger as Pino } from 'pino';
import { forLog } from './log-fields.ts';
import type { LogLevel } from './log-level.ts';

/** What varies from one log line to the next. Names are constant, values are JSON or an error. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Structured logging. The message is a constant string, so that lines can be counted and searched; what varies stands in the
 * fields.
 *
 * @example log.info({ node: 'gpu-17', state: 'drain-required' }, 'node state changed');
 */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  /** Lines below it are not written. */
  readonly level: LogLevel;
  /** Where the lines go, one JSON object each. Standard error unless given. */
  readonly destination?: { write(line: string): void };
}

/**
 * A logger that writes JSON lines, each before the call returns: whatever ends the process, the last line is there.
 * Errors become `{name, code, message}`, with a stack only on level debug; what looks like a credential is not written.
 */
export function createLogger(options: LoggerOptions): Logger {
  const stream: DestinationStream = options.destination ?? openDestination({ fd: 2, sync: true });
  const backend = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return wrap(backend, options.level === 'debug');
}

function wrap(backend: Pino, stacks: boolean): Logger {
  const writer =
    (level: LogLevel) =>
    (fields: LogFields, message: string): void => {
      if (backend.isLevelEnabled(level)) {
        backend[level](forLog(fields, stacks), message);
      }
    };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: (fields) => wrap(backend.child(forLog(fields, stacks)), stacks),
  };
}

import { constants } from 'node:os';
import type { Logger } from '../operator/telemetry/log.ts';

export interface Shutdown {
  /** Aborts when the process is told to end. */
  readonly signal: AbortSignal;
  /** The status by which the process says that it was ended by that signal; undefined while it has not been told to. */
  signalStatus(): number | undefined;
}

const GRACE = 5_000;
const UNFINISHED_STATUS = 1;

/**
 * Turns the first SIGTERM or SIGINT into an abort, so that the work can end by itself, and lets a second one, or the end of the
 * grace period, end the process at once.
 *
 * @param grace milliseconds after which the process ends whether or not its work has
 */
export function listenForShutdown(log: Logger, grace = GRACE): Shutdown {
  const controller = new AbortController();
  let status: number | undefined;
  const onSignal = (name: 'SIGTERM' | 'SIGINT'): void => {
    if (status !== undefined) {
      log.warn({ signal: name }, 'second signal: ending at once');
      process.exit(UNFINISHED_STATUS);
    }
    status = 128 + constants.signals[name];
    log.info({ signal: name }, 'told to end: finishing');
    setTimeout(() => {
      log.error({ seconds: grace / 1000 }, 'not finished in time: ending');
      process.exit(UNFINISHED_STATUS);
    }, grace).unref();
    controller.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return { signal: controller.signal, signalStatus: () => status };
}

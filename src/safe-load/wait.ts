import type { Clock } from '../cluster/clock.ts';
import { configPause } from './pace.ts';

const REPORT_INTERVAL = 60_000;

/** How long the driver has been held back, and what that makes due. All times in milliseconds. */
export class Wait {
  readonly #clock: Clock;
  readonly #start: number;
  #nextReport: number;
  #configRead: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.monotonic();
    this.#nextReport = this.#start + REPORT_INTERVAL;
    this.#configRead = this.#start;
  }

  waited(): number {
    return this.#clock.monotonic() - this.#start;
  }

  /** True once a minute. */
  isReportDue(): boolean {
    const late = this.#clock.monotonic() - this.#nextReport;
    if (late < 0) return false;
    // From the minute, not from now, so that one late report does not delay all that follow.
    this.#nextReport += REPORT_INTERVAL * (1 + Math.floor(late / REPORT_INTERVAL));
    return true;
  }

  /** True when it is time to read the configuration again. */
  isConfigDue(): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#configRead < configPause(this.waited())) return false;
    this.#configRead = now;
    return true;
  }
}

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** What Node keeps of the time between two ticks of a timer, in nanoseconds. */
export interface DelayHistogram {
  readonly count: number;
  readonly max: number;
  percentile(percentile: number): number;
  enable(): boolean;
  reset(): void;
}

const RESOLUTION_MS = 20;

/**
 * How long news and answers had to wait because the process was busy with something else, under the names that every Prometheus client
 * for Node uses. Each covers the time since it was last asked for. Begins to measure when it is first asked for: the timer that it takes
 * is no burden for those whom nobody asks.
 *
 * @see https://nodejs.org/api/perf_hooks.html#perf_hooksmonitoreventloopdelayoptions
 */
export function registerEventLoopMetrics(
  registry: Registry,
  histogram: DelayHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
): void {
  const registers = [registry];
  // Of its own accord the timer fires no sooner than this: only what is beyond is a delay.
  const seconds = (nanoseconds: number): number =>
    histogram.count === 0 ? 0 : Math.max(0, nanoseconds - RESOLUTION_MS * 1e6) / 1e9;
  new Gauge({
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: 'How late the event loop was since the last scrape, 99th percentile.',
    registers,
    collect() {
      histogram.enable();
      this.set(seconds(histogram.percentile(99)));
    },
  });
  new Gauge({
    name: 'nodejs_eventloop_lag_max_seconds',
    help: 'How late the event loop was since the last scrape, at most.',
    registers,
    collect() {
      this.set(seconds(histogram.max));
      // The last of the two to be read: collected in the order in which they are registered.
      histogram.reset();
    },
  });
}

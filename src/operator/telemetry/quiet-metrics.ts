import type { Metrics } from '../operator/telemetry/metrics.ts';

const nothing = (): void => undefined;

/** Figures that nobody reads, at no cost: a run makes several operators, and there are many runs. */
export const QUIET_METRICS: Metrics = new Proxy(
  { contentType: '', render: () => Promise.resolve('') },
  { get: (target, name) => (Reflect.get(target, name) as unknown) ?? nothing },
) as Metrics;

import type { Metrics } from './metrics.ts';

const nothing = (): void => undefined;

/** Figures that nobody reads, at no cost: for operators in simulations, of which there are many. */
export const QUIET_METRICS: Metrics = new Proxy(
  { contentType: '', render: () => Promise.resolve('') },
  { get: (target, name) => (Reflect.get(target, name) as unknown) ?? nothing },
) as Metrics;

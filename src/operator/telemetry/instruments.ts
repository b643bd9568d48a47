import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** What all names of the operator's own figures begin with. */
const PREFIX = 'ofed_operator_';

export function gaugesIn(registry: Registry) {
  return (name: string, help: string, ...labelNames: readonly string[]): Gauge =>
    new Gauge({ name: PREFIX + name, help, labelNames: [...labelNames], registers: [registry] });
}

export function countersIn(registry: Registry) {
  return (name: string, help: string, ...labelNames: readonly string[]): Counter =>
    new Counter({ name: PREFIX + name, help, labelNames: [...labelNames], registers: [registry] });
}

/** @param buckets upper ends, in seconds */
export function histogramsIn(registry: Registry, buckets: readonly number[]) {
  return (name: string, help: string, ...labelNames: readonly string[]): Histogram =>
    new Histogram({
      ...{ name: PREFIX + name, help, labelNames: [...labelNames] },
      ...{ buckets: [...buckets], registers: [registry] },
    });
}

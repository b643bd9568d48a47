import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { registerEventLoopMetrics, type DelayHistogram } from './event-loop-metrics.ts';

/** Ticks as Node records them: the time between two, which is never less than 20 ms. */
class Ticks implements DelayHistogram {
  enabled = false;
  #milliseconds: number[] = [];

  record(...milliseconds: readonly number[]): void {
    if (this.enabled) this.#milliseconds.push(...milliseconds);
  }

  get count(): number {
    return this.#milliseconds.length;
  }

  get max(): number {
    return Math.max(...this.#milliseconds) * 1e6;
  }

  percentile(percentile: number): number {
    const sorted = this.#milliseconds.toSorted((a, b) => a - b);
    return (sorted[Math.floor((sorted.length * percentile) / 100)] ?? 511) * 1e6;
  }

  enable(): boolean {
    return (this.enabled = true);
  }

  reset(): void {
    this.#milliseconds = [];
  }
}

let registry: Registry;
let ticks: Ticks;

beforeEach(() => {
  registry = new Registry();
  ticks = new Ticks();
  registerEventLoopMetrics(registry, ticks);
});

async function scrape(): Promise<{ readonly p99: number; readonly max: number }> {
  const text = await registry.metrics();
  const value = (name: string): number => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
  return {
    p99: value('nodejs_eventloop_lag_p99_seconds'),
    max: value('nodejs_eventloop_lag_max_seconds'),
  };
}

describe('the event loop', () => {
  it('is measured from the first time that somebody asks', async () => {
    expect(ticks.enabled).toBe(false);
    expect(await scrape()).toEqual({ p99: 0, max: 0 });
    expect(ticks.enabled).toBe(true);
  });

  it('is late by what a tick takes longer than it must', async () => {
    await scrape();
    ticks.record(...Array<number>(300).fill(21), 30, 30, 30, 30, 120);
    expect(await scrape()).toEqual({ p99: 0.01, max: 0.1 });
  });

  it('is judged by what happened since the last time', async () => {
    await scrape();
    ticks.record(520);
    await scrape();
    ticks.record(20);
    expect(await scrape()).toEqual({ p99: 0, max: 0 });
  });
});

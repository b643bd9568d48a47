/** Seconds between two scrapes. */
export const SCRAPE_SECONDS = 15;

/** What one series was at each scrape; undefined: it was not there. */
type Samples = (number | undefined)[];

interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/**
 * What Prometheus has scraped, as promtool takes it. There, time begins at zero: what is a time among the figures is told from the first
 * scrape on.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export class History {
  readonly #epoch: number;
  readonly #wanted: ReadonlySet<string>;
  readonly #series = new Map<string, Samples>();
  #scrapes = 0;

  /**
   * @param epoch when it begins, in milliseconds since the epoch
   * @param wanted the metrics that are kept
   */
  constructor(epoch: number, wanted: ReadonlySet<string>) {
    this.#epoch = epoch;
    this.#wanted = wanted;
  }

  /** How long it is, as promtool has it. */
  get end(): string {
    return `${(this.#scrapes - 1) * SCRAPE_SECONDS}s`;
  }

  /** @param pages what each pod answers, in Prometheus' text format, by the pod's name */
  scrape(pages: Readonly<Record<string, string>>): void {
    for (const [pod, page] of Object.entries(pages)) {
      for (const [, metric = '', labels = '', value = ''] of page.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
        if (this.#wanted.has(metric)) this.#add(metric, `${labels},pod="${pod}"`, Number(value));
      }
    }
    this.#scrapes += 1;
  }

  inputSeries(): readonly InputSeries[] {
    return [...this.#series].map(([series, samples]) => ({
      series,
      values: notation(Array.from({ length: this.#scrapes }, (_, index) => samples[index])),
    }));
  }

  #add(metric: string, labels: string, value: number): void {
    const series = `${metric}{${labels.replace(/^,/, '')}}`;
    const samples = this.#series.get(series) ?? [];
    this.#series.set(series, samples);
    const isTime = metric.endsWith('_timestamp_seconds') && value > 0;
    samples[this.#scrapes] = isTime ? value - this.#epoch / 1000 : value;
  }
}

/** `5+0x3` is 5 four times; a series that is not there any more is stale. */
function notation(samples: Readonly<Samples>): string {
  const runs: { readonly value: number | undefined; count: number }[] = [];
  for (const value of samples) {
    const last = runs.at(-1);
    if (last !== undefined && last.value === value) last.count += 1;
    else runs.push({ value, count: 1 });
  }
  return runs
    .flatMap(({ value, count }, index) => {
      if (value !== undefined) return [`${value}+0x${count - 1}`];
      if (index === 0) return [`_x${count}`];
      return count === 1 ? ['stale'] : ['stale', `_x${count - 1}`];
    })
    .join(' ');
}

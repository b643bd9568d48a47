import { fileURLToPath } from 'node:url';
import { addFigures, NO_FIGURES } from '../outcome.ts';
import type { Scenario } from '../scenario.ts';
import { figuresTable } from './figures-table.ts';
import { progressLine } from './progress-line.ts';
import { tellFailure } from './tell.ts';
import { runAll, type Failed } from './worker.ts';

export interface HuntOptions {
  readonly scenarios: Iterator<Scenario>;
  readonly count: number;
  readonly workers: number;
  readonly output: 'text' | 'json';
  readonly shrink: boolean;
}

/** How many failing runs are told in full. */
const TOLD = 3;

/** Runs many scenarios and tells what they saw, and the story of those that went wrong. Returns the exit status. */
export async function hunt({ scenarios, count, workers, output, shrink }: HuntOptions): Promise<number> {
  let figures = NO_FIGURES;
  const failed: Failed[] = [];
  const started = performance.now();
  const progress = progressLine(count);
  await runAll({
    scenarios,
    workers,
    program: fileURLToPath(import.meta.url),
    onDelivery: (delivery) => {
      figures = addFigures(figures, delivery.figures);
      failed.push(...delivery.failed);
      progress(figures.runs, failed.length);
      return true;
    },
  });
  const seconds = (performance.now() - started) / 1000;
  failed.sort((a, b) => a.scenario.seed - b.scenario.seed);
  if (output === 'json') {
    console.log(JSON.stringify({ seconds, figures, failed }, undefined, 2));
  } else {
    for (const { scenario } of failed.slice(0, TOLD)) console.log(await tellFailure(scenario, shrink));
    if (failed.length > TOLD) console.log(`Also failed: ${failed.slice(TOLD).map(describe).join(', ')}\n`);
    console.log(figuresTable(figures, seconds));
    console.log(`\n${figures.runs - failed.length} runs kept every promise, ${failed.length} did not`);
  }
  return failed.length === 0 ? 0 : 1;
}

function describe({ scenario, outcome }: Failed): string {
  return `seed ${scenario.seed} (${outcome.failure?.kind ?? ''})`;
}

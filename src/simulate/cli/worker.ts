import { parentPort, Worker } from 'node:worker_threads';
import { generate } from '../generate.ts';
import { addFigures, NO_FIGURES, type Figures, type Outcome } from '../outcome.ts';
import { run } from '../run.ts';
import type { Scenario } from '../scenario.ts';

/** A run that went wrong. */
export interface Failed {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
}

/** What came of some runs: the figures of all, and those that went wrong. */
export interface Delivery {
  readonly figures: Figures;
  readonly failed: readonly Failed[];
}

/** In a worker: runs whatever scenarios it is sent. */
export function serveRuns(): void {
  const port = parentPort;
  port?.on('message', (scenarios: readonly Scenario[]) => {
    void runSome(scenarios).then((delivery) => {
      port.postMessage(delivery);
    });
  });
}

async function runSome(scenarios: readonly Scenario[]): Promise<Delivery> {
  let figures = NO_FIGURES;
  const failed: Failed[] = [];
  for (const scenario of scenarios) {
    const outcome = await run(scenario);
    figures = addFigures(figures, outcome.figures);
    if (outcome.failure !== undefined) failed.push({ scenario, outcome });
  }
  return { figures, failed };
}

export interface RunAllOptions {
  readonly scenarios: Iterator<Scenario>;
  readonly workers: number;
  /** The program that a worker runs: this one, or one with a bug in it. */
  readonly program: string;
  /** Told after each batch; returns false to have no more begun. */
  readonly onDelivery: (delivery: Delivery) => boolean;
  /** How many runs a worker is given at once. */
  readonly batch?: number;
}

/** Nearly all objects of a run die young: with room for them, collecting them costs little. */
const YOUNG_MB = 128;

/** Runs the scenarios on several workers. */
export async function runAll({
  scenarios,
  workers,
  program,
  onDelivery,
  batch = 10,
}: RunAllOptions): Promise<void> {
  let more = true;
  const work = async (): Promise<void> => {
    const worker = new Worker(program, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    try {
      for (let order = take(scenarios, batch); more && order.length > 0; order = take(scenarios, batch)) {
        if (!onDelivery(await ask(worker, order))) more = false;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, workers) }, work));
}

function take(scenarios: Iterator<Scenario>, count: number): readonly Scenario[] {
  const taken: Scenario[] = [];
  while (taken.length < count) {
    const next = scenarios.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

/** One scenario for each seed. */
export function* scenariosFrom(first: number, count: number): Generator<Scenario, undefined> {
  for (let seed = first; seed < first + count; seed += 1) yield generate(seed);
}

function ask(worker: Worker, order: readonly Scenario[]): Promise<Delivery> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      then();
    };
    const onMessage = (delivery: Delivery): void => {
      settle(() => {
        resolve(delivery);
      });
    };
    const onError = (error: Error): void => {
      settle(() => {
        reject(error);
      });
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(order);
  });
}

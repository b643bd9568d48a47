import type { Display, Stream } from './display.ts';
import type { FleetSnapshot } from './fleet.ts';
import type { NodeSteps } from './fleet-watch.ts';
import type { Rollout } from './frame.ts';
import { progressLine, stepLines } from './plain-lines.ts';
import { seconds, wrap } from './text.ts';

const WIDTH = 100;
const PROGRESS_EVERY_MS = 1000;
const BUSY_EVERY_MS = 5000;

/** For files, pipes and simple terminals: a line for each thing that happens. */
export class PlainDisplay implements Display {
  readonly #stream: Stream;
  #since = 0;
  #lastProgress = 0;
  #lastBusy = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  scene(title: string, explanation: string): void {
    this.print('', title, ...wrap(explanation, WIDTH));
    this.#since = performance.now();
    this.#lastBusy = this.#since;
  }

  /** Said now and then only: it is out of date at once. */
  busy(what: string): void {
    const now = performance.now();
    if (now - this.#lastBusy < BUSY_EVERY_MS) return;
    this.#lastBusy = now;
    this.print(`... ${what}`);
  }

  done(what: string): void {
    this.print(`ok: ${what} (${seconds(performance.now() - this.#since)})`);
  }

  rollout(snapshot: FleetSnapshot, steps: readonly NodeSteps[], rollout: Rollout): void {
    this.print(...stepLines(steps, rollout.elapsedMs));
    const now = performance.now();
    if (now - this.#lastProgress < PROGRESS_EVERY_MS) return;
    this.#lastProgress = now;
    this.print(progressLine(snapshot, rollout));
  }

  print(...lines: readonly string[]): void {
    this.#stream.write(lines.map((line) => `${line}\n`).join(''));
  }

  close(): void {
    // Nothing was changed.
  }
}

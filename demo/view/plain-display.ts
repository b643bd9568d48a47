import type { Display, Stream } from './display.ts';
import type { FleetSnapshot, Rollout } from './fleet.ts';
import { News, progressLine } from './plain-lines.ts';
import { hanging, seconds, wrap } from './text.ts';

const WIDTH = 100;
const PROGRESS_EVERY_MS = 2000;
const BUSY_EVERY_MS = 5000;

/** For files, pipes and simple terminals: a line for each thing that happens. */
export class PlainDisplay implements Display {
  readonly width = WIDTH;
  readonly #stream: Stream;
  readonly #news = new News();
  #since = 0;
  #lastProgress = -Infinity;
  #lastBusy = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  scene(title: string, explanation: string): void {
    this.print('', title, ...wrap(explanation, WIDTH));
    this.#since = performance.now();
    this.#lastBusy = this.#since;
  }

  points(...sentences: readonly string[]): void {
    this.print(...sentences.flatMap((sentence) => hanging('- ', sentence, WIDTH)));
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

  rollout(snapshot: FleetSnapshot, rollout: Rollout): void {
    this.print(...this.#news.linesOf(snapshot, rollout.elapsedMs));
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

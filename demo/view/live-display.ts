import type { Display, Stream } from './display.ts';
import type { FleetSnapshot, Rollout } from './fleet.ts';
import { frame } from './frame.ts';
import { Screen } from './screen.ts';
import { BOLD, cut, DIM, GREEN, hanging, inColour, seconds, wrap } from './text.ts';

/** Wider lines are hard to read. */
const WIDEST = 110;

/** For a terminal: what goes on is drawn in place. */
export class LiveDisplay implements Display {
  readonly #stream: Stream;
  readonly #screen: Screen;
  #since = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#screen = new Screen(stream);
  }

  get width(): number {
    return Math.min(WIDEST, (this.#stream.columns ?? 80) - 1);
  }

  scene(title: string, explanation: string): void {
    const lines = wrap(explanation, this.width - 1);
    this.#screen.print('', inColour(` ${title}`, BOLD), ...lines.map((line) => inColour(` ${line}`, DIM)));
    this.#since = performance.now();
  }

  points(...sentences: readonly string[]): void {
    const lines = sentences.flatMap((sentence) => hanging(' - ', sentence, this.width));
    this.#screen.print(...lines.map((line) => inColour(line, DIM)));
  }

  busy(what: string): void {
    this.#screen.draw([cut(` … ${what}`, this.width)]);
  }

  done(what: string): void {
    const time = inColour(seconds(performance.now() - this.#since), DIM);
    this.#screen.draw([` ${inColour('✓', GREEN)} ${cut(what, this.width - 14)}  ${time}`]);
    this.#screen.settle();
  }

  rollout(snapshot: FleetSnapshot, rollout: Rollout): void {
    // The row below the block is the cursor's.
    const height = (this.#stream.rows ?? 24) - 1;
    this.#screen.draw(frame(snapshot, rollout, { width: this.width, height, paint: inColour }));
  }

  print(...lines: readonly string[]): void {
    this.#screen.print(...lines);
  }

  close(): void {
    this.#screen.close();
  }
}

import type { FleetSnapshot, Rollout } from './fleet.ts';

/** How the demo tells what goes on. */
export interface Display {
  /** How many columns a line may take. */
  readonly width: number;
  /** A step of the story begins: what it is, and in a sentence or two what to make of it. */
  scene(title: string, explanation: string): void;
  /** Sentences that belong to the step, each with a mark before it. */
  points(...sentences: readonly string[]): void;
  /** What goes on at this moment. */
  busy(what: string): void;
  /** What came of what went on last. */
  done(what: string): void;
  /** Called again and again while the fleet is upgraded. */
  rollout(snapshot: FleetSnapshot, rollout: Rollout): void;
  /** Lines as they are. */
  print(...lines: readonly string[]): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Smaller terminals have no room for the live view. */
const FEWEST_COLUMNS = 78;
const FEWEST_ROWS = 22;

/** Whether a stream leads to a terminal that can show the live view, and nobody has asked for plain output. */
export function canShowLive(
  { isTTY = false, columns = 0, rows = 0 }: Stream,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const isSet = (name: string): boolean => (environment[name] ?? '') !== '';
  if (!isTTY || isSet('NO_COLOR') || isSet('CI') || environment['TERM'] === 'dumb') return false;
  return columns >= FEWEST_COLUMNS && rows >= FEWEST_ROWS;
}

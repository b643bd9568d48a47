import type { ReasonCode, ReasonOf } from './reason.ts';

/** What is to be known about one code. */
export interface Entry<Code extends ReasonCode> {
  /** A few words, as a heading. */
  readonly title: string;
  readonly severity: Severity;
  /** When it is worth a write to the node, and an Event. */
  readonly told: Told;
  /** For the documentation: what it means, and how it comes. */
  readonly explanation: string;
  /** One or two sentences for people: what is the matter, and with which object. */
  readonly message: (reason: ReasonOf<Code>) => string;
  /** What can be done. */
  readonly remedy: (reason: ReasonOf<Code>, where: Where) => Remedy;
  /** What happens next by itself, the first first; absent: it waits for something to change. */
  readonly next?: (reason: ReasonOf<Code>) => readonly NextStep[];
  /** Since when it is so, where the reason itself knows. */
  readonly since?: (reason: ReasonOf<Code>) => number | undefined;
  /** For the documentation, and for tests. */
  readonly example: ReasonOf<Code>;
}

/**
 * - `passing`: a moment in which nothing is held up.
 * - `turn`: the node waits for its turn: for other nodes, or for the rollout to be resumed, and for nothing else.
 * - `waiting`: a part of every upgrade that takes its time.
 * - `blocked`: it may stay like this until somebody does something.
 * - `failed`: it stays like this until somebody does something.
 */
export type Severity = 'passing' | 'turn' | 'waiting' | 'blocked' | 'failed';

/**
 * - `never`: it passes at once, or stands on the node already.
 * - `soon`: when it has lasted some seconds.
 * - `late`: a part of every upgrade: only when it takes long is it news.
 */
export type Told = 'never' | 'soon' | 'late';

/** The node that a reason is about. */
export interface Where {
  readonly node: string;
}

export interface Remedy {
  /** For people: one to three sentences. */
  readonly text: string;
  /** Commands that show more, and change nothing. */
  readonly look: readonly string[];
  /**
   * Commands that, run in this order, get the node going. Words in capitals stand for what only a person can know. Empty: nothing is to be
   * done, or nothing that a command does.
   */
  readonly commands: readonly string[];
}

export interface NextStep {
  readonly what: string;
  /** Undefined: it is not known when. */
  readonly at: number | undefined;
}

export type Entries<Codes extends ReasonCode> = { readonly [Code in Codes]: Entry<Code> };

/** The remedy for what needs none. */
export function patience(text: string, ...look: readonly string[]): Remedy {
  return { text, look, commands: [] };
}

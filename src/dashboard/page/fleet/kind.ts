import { isInProgress, type NodeState } from '../../../contract/states.ts';
import type { NodeRecord } from '../../wire.ts';

/** How a node is, in a word: those that somebody should look at first. */
export const KINDS = ['failed', 'blocked', 'progress', 'waiting', 'aside', 'done'] as const;

export type Kind = (typeof KINDS)[number];

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  failed: 'Failed',
  blocked: 'Held up',
  progress: 'In progress',
  waiting: 'Waiting',
  aside: 'Set aside',
  done: 'Upgraded',
};

export const KIND_HINTS: Readonly<Record<Kind, string>> = {
  failed: 'Somebody has to look; the node is cordoned',
  blocked: 'May stay like this until somebody does something',
  progress: 'In the middle of the upgrade',
  waiting: 'Has not begun',
  aside: 'Labelled to be skipped, being deleted, or in the hands of another operator',
  done: 'The driver is up to date, and the node takes work',
};

/** Nobody's fault: somebody wants it so. */
const ASIDE: ReadonlySet<string> = new Set(['skipped', 'external-maintenance', 'node-deleting']);

export function kindOf({ state, upToDate, code = '', severity }: NodeRecord): Kind {
  if (state === 'upgrade-failed') return 'failed';
  if (ASIDE.has(code)) return 'aside';
  // What the upgrade will fail on holds it up until then.
  if (severity === 'blocked' || severity === 'failed') return 'blocked';
  if (state === 'none') return upToDate ? 'done' : 'aside';
  if (state === 'upgrade-done') return 'done';
  return isInProgress(state) ? 'progress' : 'waiting';
}

interface StateWords {
  /** What the node does. */
  readonly words: string;
  /** The phase, as a heading. */
  readonly phase: string;
  readonly glyph: string;
}

const STATE_WORDS: Readonly<Record<NodeState, StateWords>> = {
  none: { words: 'has no state', phase: 'No state', glyph: '–' },
  'upgrade-required': { words: 'waits to start', phase: 'Wait', glyph: '·' },
  'cordon-required': { words: 'is cordoned', phase: 'Cordon', glyph: 'C' },
  'wait-for-jobs-required': { words: 'waits for jobs', phase: 'Jobs', glyph: 'J' },
  'pod-deletion-required': { words: 'goes on to the drain', phase: 'Drain', glyph: 'D' },
  'drain-required': { words: 'is drained', phase: 'Drain', glyph: 'D' },
  'node-maintenance-required': {
    words: 'is maintained by another operator',
    phase: 'Maintenance',
    glyph: 'M',
  },
  'post-maintenance-required': {
    words: 'is maintained by another operator',
    phase: 'Maintenance',
    glyph: 'M',
  },
  'pod-restart-required': { words: 'restarts its driver', phase: 'Restart', glyph: 'R' },
  'validation-required': { words: 'is validated', phase: 'Validate', glyph: 'V' },
  'uncordon-required': { words: 'is uncordoned', phase: 'Uncordon', glyph: 'U' },
  'upgrade-done': { words: 'is upgraded', phase: 'Done', glyph: '✓' },
  'upgrade-failed': { words: 'has failed', phase: 'Failed', glyph: '!' },
};

export function wordsOf(state: NodeState): StateWords {
  return STATE_WORDS[state];
}

/** The phases of an upgrade that the letters stand for, in their order. */
export const LETTERS = (
  [
    'cordon-required',
    'wait-for-jobs-required',
    'drain-required',
    'pod-restart-required',
    'validation-required',
    'uncordon-required',
  ] as const
).map((state) => ({ state, ...STATE_WORDS[state] }));

const KIND_GLYPHS: Readonly<Partial<Record<Kind, string>>> = { failed: '!', aside: '–', done: '✓' };

/** One letter or sign, so that nobody has to tell colours apart. */
export function glyphOf(record: NodeRecord): string {
  return KIND_GLYPHS[kindOf(record)] ?? wordsOf(record.state).glyph;
}

/** The sign of a kind, where it stands for all its nodes. */
export const KIND_SIGNS: Readonly<Record<Kind, string>> = {
  failed: '!',
  blocked: 'D',
  progress: 'R',
  waiting: '·',
  aside: '–',
  done: '✓',
};

/** What must hold on every run against a real API server, as far as it can be seen from outside. */
export const INVARIANTS = [
  'no-reload-under-load',
  'within-limits',
  'human-cordon-kept',
  'no-node-left-behind',
  'one-bad-node',
  'pdb-respected',
  'no-needless-eviction',
  'no-needless-reload',
  'jobs-awaited',
  'legal-transitions',
  'done-means-updated',
] as const;

export type Invariant = (typeof INVARIANTS)[number];

/** What a check says against a run. */
export interface Accusation {
  readonly invariant: Invariant;
  readonly node: string | undefined;
  /** What happened and why that is wrong, in one sentence. */
  readonly what: string;
  /**
   * True if nobody could have known better: what made it wrong happened while the deed was on its way. It is reported, but it
   * is no violation.
   */
  readonly race?: boolean;
}

/** An accusation with its place in the history. */
export interface Finding extends Accusation {
  readonly rv: number;
  readonly time: number;
  /** The last that was seen of the node, oldest first, ending with the deed. */
  readonly lately: readonly string[];
}

/** Things that people and other controllers do in a test, which the operator is not to be blamed for. */
export type OutsideDeed =
  'driver-pod-deletion' | 'safe-load-removal' | 'state-change' | 'uncordon' | 'workload-deletion';

/** Announces that somebody other than the operator is about to do something. */
export interface Declaration {
  readonly node: string;
  readonly deed: OutsideDeed;
  /** Milliseconds since the Unix epoch: it excuses nothing that happened before. */
  readonly from: number;
  /** Nor after. */
  readonly until?: number;
  /** How many such deeds it excuses. */
  readonly times: number;
}

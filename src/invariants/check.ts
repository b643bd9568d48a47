import type { CordonHolder } from './cordon-holder.ts';
import type { Accusation, OutsideDeed } from './findings.ts';
import type { Scene } from './scene.ts';
import type { Change, SeenNode, SeenPod } from './seen.ts';

/** One invariant, asked at every change and at the end. */
export interface Check {
  readonly node?: (change: Change<SeenNode>, context: Context) => readonly Accusation[];
  readonly pod?: (change: Change<SeenPod>, context: Context) => readonly Accusation[];
  readonly end?: (expectation: Expectation, context: Context) => readonly Accusation[];
}

/** What a check may look at. */
export interface Context {
  /** The cluster as the change leaves it. */
  readonly scene: Scene;
  /** On whose behalf the node of a node's change was cordoned before it. */
  readonly heldBefore: CordonHolder;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly tolerance: Tolerance;
  /** Whether somebody announced this deed, which uses the announcement up. Ask only about what would be a violation. */
  readonly excused: (node: string, deed: OutsideDeed) => boolean;
}

/** How long news may be under way before acting without it is a violation, in milliseconds. */
export interface Tolerance {
  /** News by watch: a changed policy, a new revision, a pod no longer Ready. */
  readonly watchMs: number;
  /** A pod that the scheduler binds to a cordoned node, after the last list of its pods and before the deed. */
  readonly readMs: number;
  /** By how much the operator's clock may be wrong. */
  readonly clockMs: number;
}

/** How a run is meant to end. */
export interface Expectation {
  /**
   * `finished` (unless said otherwise): every node of the driver that is not bad, and not skipped, is upgrade-done. `off`: the flow
   * is off and no node has a state. `any`: the run was cut off midway.
   */
  readonly end?: 'finished' | 'off' | 'any';
  /** Nodes to which something bad was done: they may end anyhow. */
  readonly badNodes?: readonly string[];
}

export function accuse(
  invariant: Accusation['invariant'],
  node: string | undefined,
  what: string,
  race = false,
): readonly Accusation[] {
  return [{ invariant, node, what, race }];
}

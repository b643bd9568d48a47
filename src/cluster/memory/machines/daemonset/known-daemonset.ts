import { FailedPods } from './failed-pods.ts';
import { Tally } from './tally.ts';

/** What is kept of a DaemonSet between two looks at it. */
export class KnownDaemonSet {
  readonly uid: string;
  readonly tally = new Tally();
  readonly failed = new FailedPods();
  /** The nodes to look at again. */
  readonly touched = new Set<string>();
  /** The generation and the newest revision's hash that all of this is of; undefined: it was never looked at. */
  current: { readonly generation: number; readonly hash: string } | undefined;
  /** Whether its revisions have changed since. */
  isRevised = true;
  /** Whether there may be pods to adopt or to let go of. */
  hasClaims = true;

  constructor(uid: string) {
    this.uid = uid;
  }
}

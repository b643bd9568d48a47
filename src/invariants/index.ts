/** What must hold of every upgrade, whoever does it and however: judged from what happened in the cluster, and from that alone. */
export type { Expectation, Tolerance } from './check.ts';
export { INVARIANTS, type Declaration, type Finding, type Invariant, type OutsideDeed } from './findings.ts';
export { Ledger, type Report } from './ledger.ts';
export type { Author, ObservedEvent, Seen, SeenNode } from './seen.ts';
export type { Statistics, Transition } from './statistics.ts';
export { story, throwOnViolations } from './story.ts';
export { seenOf, type RawObject } from './trim.ts';

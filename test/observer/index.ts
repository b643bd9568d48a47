/** An outside observer of upgrades: it watches an API server during a run and says which invariants were broken. */
export type { Access } from './api.ts';
export type { Expectation, Tolerance } from './check.ts';
export { INVARIANTS, type Finding, type Invariant, type OutsideDeed } from './findings.ts';
export type { Report } from './ledger.ts';
export { startObserver, type FinishOptions, type LiveView, type Observer } from './observer.ts';
export type { Statistics, Transition } from './statistics.ts';
export { story, throwOnViolations } from './story.ts';

/** An outside observer of upgrades: it watches an API server during a run and says which invariants were broken. */
export type { Access } from './api.ts';
export { startObserver, type FinishOptions, type LiveView, type Observer } from './observer.ts';

export { formatReason, parseReason } from './annotation.ts';
export {
  CATALOGUE,
  entryOf,
  exampleOf,
  knownCode,
  messageOf,
  nextSteps,
  REASON_CODES,
  remedyFor,
  sinceOf,
  told,
} from './catalogue.ts';
export type { NextStep, Remedy, Severity, Told, Where } from './entry.ts';
export type * from './reason.ts';
export { listNames, shortened, timestamp } from './words.ts';

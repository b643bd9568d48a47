import { ApiError } from '../../cluster/errors.ts';
import type { Fault } from '../scenario.ts';
import type { Call } from '../../cluster/intercepted-cluster.ts';

type CallFault = Exclude<Fault, `watch-${string}`>;

/** What may become of a call, whichever it is. */
export const CALL_FAULTS: ReadonlySet<CallFault> = new Set<CallFault>([
  'refused',
  'answer-lost',
  'timeout',
  'late-answer',
  'conflict',
  'throttled',
  'server-error',
  'server-error-applied',
  'slow',
]);

/** Milliseconds after which the HTTP client gives a call up. */
const CALL_TIMEOUT = 30_000;

/** Whether the server does what it was asked for, whatever the caller gets to hear. */
export function takesEffect(fault: CallFault | undefined): boolean {
  return fault === undefined || fault === 'slow' || APPLIED.has(fault);
}

const APPLIED: ReadonlySet<CallFault> = new Set<CallFault>([
  'answer-lost',
  'late-answer',
  'server-error-applied',
]);

/** What the caller gets to hear, as the HTTP client would tell it, and after how many milliseconds; undefined: the answer itself. */
export function failureOf(fault: CallFault, call: Call): { error: ApiError; delay: number } | undefined {
  const writes = call.verb !== 'get' && call.verb !== 'list' && call.verb !== 'watch';
  const details = { call: `${call.verb} ${call.resource}/${call.name}` };
  const soon = 2;
  switch (fault) {
    case 'refused':
      return {
        error: new ApiError('connection', 'connection refused', { ...details, maybeApplied: false }),
        delay: soon,
      };
    case 'answer-lost':
      return {
        error: new ApiError('connection', 'connection reset', { ...details, maybeApplied: writes }),
        delay: soon,
      };
    case 'timeout':
    case 'late-answer':
      return {
        error: new ApiError('timeout', 'no answer in time', { ...details, maybeApplied: writes }),
        delay: CALL_TIMEOUT,
      };
    case 'throttled':
      return {
        error: new ApiError('too-many-requests', 'too many requests', {
          ...details,
          status: 429,
          retryAfterSeconds: 1,
        }),
        delay: soon,
      };
    case 'server-error':
    case 'server-error-applied':
      return {
        error: new ApiError('server', 'internal error', { ...details, status: 500, maybeApplied: writes }),
        delay: soon,
      };
    case 'conflict':
      // A read meets no conflict; and of a create it would be that the object is there.
      return writes && call.verb !== 'create'
        ? {
            error: new ApiError('conflict', 'the object has been modified', { ...details, status: 409 }),
            delay: soon,
          }
        : undefined;
    case 'slow':
      return undefined;
  }
}

import { errors } from 'undici';
import { givenUp, isRead } from '../calls.ts';
import { ApiError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Cutoff } from './cutoff.ts';

/**
 * The {@link ApiError} for a request that got no whole answer.
 *
 * @param cutoff what may have ended it from this side
 */
export function transportFailure(call: Call, error: unknown, cutoff: Cutoff): ApiError {
  if (error instanceof ApiError) return error;
  const maybeApplied = !isRead(call) && mayHaveArrived(error);
  if (cutoff.reason === 'aborted') return givenUp(call, maybeApplied, error);
  const details = { call: call.name, maybeApplied, cause: error };
  if (cutoff.reason === 'timeout') {
    return new ApiError('timeout', `${call.name}: no answer from the API server in time`, details);
  }
  if (error instanceof errors.ResponseExceededMaxSizeError) {
    return new ApiError('malformed', `${call.name}: the answer is too large`, details);
  }
  return new ApiError('connection', `${call.name}: ${describe(error)}`, details);
}

// What is known to fail before the first byte of a request is sent.
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

function mayHaveArrived(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || !(BEFORE_SENDING.has(code) || isDistrust(code));
}

// The TLS handshake failed because one side does not trust the other: the names that OpenSSL and Node give to it.
function isDistrust(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL_|ERR_TLS_/.test(code);
}

function describe(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined && isDistrust(code))
    return `the API server's identity could not be established (${code})`;
  return `the connection to the API server failed (${code ?? 'no code'}: ${reasonOf(error)})`;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // A host with several addresses fails with one error for all of them.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : 'unknown';
}

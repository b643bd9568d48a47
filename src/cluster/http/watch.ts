import { malformed, nameCall } from '../calls.ts';
import { ApiError } from '../errors.ts';
import type { CallOptions, ResourceType, Stored, WatchEvent, WatchQuery } from '../port.ts';
import type { Call } from './call.ts';
import type { Cutoff } from './cutoff.ts';
import { transportFailure } from './failure.ts';
import { LineSplitter, LineTooLongError } from './lines.ts';
import { collectionPath, queryString, selectors } from './paths.ts';
import type { Stream } from './transport.ts';
import { decodeEvent } from './watch-event.ts';

export interface WatchLimits {
  /** Seconds after which the server is asked to end a watch: some number in between, so that many watches do not end together. */
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /**
   * Milliseconds of silence after which a stream counts as dead. The API server sends a bookmark about every minute, so this
   * leaves two that may be late.
   */
  readonly idleMs: number;
  /** The longest line, which is one object, in bytes. */
  readonly maxLineBytes: number;
}

export const WATCH_LIMITS: WatchLimits = {
  minSeconds: 300,
  maxSeconds: 600,
  idleMs: 190_000,
  maxLineBytes: 64 * 1024 * 1024,
};

/** The call that opens a watch. */
export function watchCall(
  type: ResourceType<Stored>,
  query: WatchQuery,
  { timeoutSeconds, ...options }: CallOptions & { readonly timeoutSeconds: number },
): Call {
  const start =
    query.initialEvents === true
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: query.resourceVersion };
  const parameters = {
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds,
    ...start,
    ...selectors(query),
  };
  const inNamespace = query.namespace === undefined ? {} : { namespace: query.namespace };
  return {
    verb: 'watch',
    method: 'GET',
    resource: type.plural,
    name: nameCall('GET', type.plural, inNamespace) + ' (watch)',
    path: collectionPath(type, query.namespace) + queryString(parameters),
    ...options,
  };
}

/** The events of an open stream, until the server ends it. A line cut short by that end is left out. */
export async function* readEvents<T extends Stored>(
  { chunks, cutoff }: Stream,
  {
    call,
    type,
    limits,
  }: { readonly call: Call; readonly type: ResourceType<T>; readonly limits: WatchLimits },
): AsyncGenerator<WatchEvent<T>> {
  const lines = new LineSplitter(limits.maxLineBytes);
  try {
    for (;;) {
      // Only the wait for the stream is timed, not what the consumer does with an event.
      cutoff.arm(limits.idleMs);
      const { value: chunk } = await chunks.next();
      cutoff.disarm();
      if (chunk === undefined) return;
      for (const line of lines.push(chunk)) {
        yield decodeEvent(call, type, line);
        // Given up while an event was being dealt with: those that came with it are not delivered.
        if (cutoff.reason !== undefined) throw transportFailure(call, undefined, cutoff);
      }
    }
  } catch (error) {
    throw streamFailure(call, error, { cutoff, idleMs: limits.idleMs });
  } finally {
    await chunks.return();
    cutoff.release();
  }
}

function streamFailure(
  call: Call,
  error: unknown,
  { cutoff, idleMs }: { cutoff: Cutoff; idleMs: number },
): ApiError {
  if (error instanceof LineTooLongError) return malformed(call, error.message, error);
  if (cutoff.reason === 'timeout' && !(error instanceof ApiError)) {
    const silent = `${call.name}: nothing heard from the API server for ${Math.round(idleMs / 1000)} s`;
    return new ApiError('timeout', silent, { call: call.name });
  }
  return transportFailure(call, error, cutoff);
}

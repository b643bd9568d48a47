import { onAbort } from '../abort.ts';
import { givenUp, trimmed, type NamedCall } from '../calls.ts';
import type { Clock } from '../clock.ts';
import type { ResourceType, Stored, WatchEvent } from '../port.ts';
import { answerFailure } from '../status-errors.ts';
import { StatusError } from './api/status-error.ts';
import type { WatchCursor, WireEvent } from './api/types.ts';

export interface MemoryWatch<T extends Stored> {
  readonly cursor: WatchCursor;
  readonly call: NamedCall;
  readonly type: ResourceType<T>;
  readonly clock: Clock;
}

// As often as a real API server.
const BOOKMARK_EVERY_MS = 60_000;

/**
 * The events of a watch, as they come. It never ends by itself.
 *
 * A bookmark is sent about every minute in which something happens to objects of the kind, and never for the sake of the time alone:
 * in a cluster in which nothing happens, nothing is to be done.
 *
 * @throws ApiError `gone`, `malformed`, or `aborted` as soon as the signal aborts
 */
export async function* watchEvents<T extends Stored>(
  watch: MemoryWatch<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchEvent<T>> {
  const { cursor, call, clock } = watch;
  let wake = (): void => undefined;
  const rouse = (): void => {
    wake();
  };
  const unlisten = cursor.listen(rouse);
  const forget = signal === undefined || signal.aborted ? undefined : onAbort(signal, rouse);
  let bookmarked = clock.monotonic();
  try {
    for (;;) {
      if (signal?.aborted === true) throw givenUp(call, false);
      const event = nextEvent(watch);
      if (event !== undefined) {
        yield event;
      } else if (clock.monotonic() - bookmarked >= BOOKMARK_EVERY_MS) {
        bookmarked = clock.monotonic();
        yield decoded(watch, cursor.bookmark());
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    unlisten();
    forget?.();
  }
}

function nextEvent<T extends Stored>(watch: MemoryWatch<T>): WatchEvent<T> | undefined {
  try {
    const event = watch.cursor.next();
    return event === undefined ? undefined : decoded(watch, event);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw answerFailure(watch.call, { status: error.status.code, body: error.status });
  }
}

const TYPES = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

function decoded<T extends Stored>({ call, type }: MemoryWatch<T>, event: WireEvent): WatchEvent<T> {
  if (event.type === 'BOOKMARK') return { ...event, type: 'bookmark' };
  return { type: TYPES[event.type], object: trimmed(call, type, event.object) };
}

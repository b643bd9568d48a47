import { StatusError } from '../api/status-error.ts';
import type { WatchCursor, WatchStart, WireEvent } from '../api/types.ts';
import type { Answer } from './answer.ts';
import type { ListOptions } from './list-options.ts';
import type { Operation } from './operation.ts';
import { presenterFor } from './presenter.ts';
import type { WatchFeed } from './watch-feed.ts';

/** As long as a real API server lets a watch go on at least, if the client does not say how long. */
const DEFAULT_TIMEOUT_SECONDS = 1_800;

/**
 * A stream of what happens.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function watch(operation: Operation, options: ListOptions): Answer {
  const presenter = presenterFor(operation);
  const cursor = begin(operation, options);
  const feed: WatchFeed = {
    cursor,
    line: (event) => `${JSON.stringify({ type: event.type, object: presenter.event(event) })}\n`,
    bookmarks: options.allowWatchBookmarks,
    timeoutMs: (options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1_000,
  };
  return { type: 'watch', feed };
}

function begin({ api, resource, namespace }: Operation, options: ListOptions): WatchCursor {
  const { selectors, resourceVersion, sendInitialEvents } = options;
  const start: WatchStart = {
    ...selectors,
    ...(namespace === undefined ? {} : { namespace }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(sendInitialEvents ? { initialEvents: true } : {}),
  };
  try {
    return api.watch(resource, start);
  } catch (error) {
    // A resourceVersion that is forgotten is told as the stream's only event, like one that is forgotten later.
    if (error instanceof StatusError && error.status.code === 410) return failedCursor(error);
    throw error;
  }
}

function failedCursor(error: StatusError): WatchCursor {
  const fail = (): WireEvent => {
    throw error;
  };
  return { next: fail, bookmark: fail, listen: () => () => undefined };
}

import type { Status } from '../api/status-error.ts';
import type { WatchFeed } from './watch-feed.ts';

/** What a request is answered with. */
export type Answer =
  | { readonly type: 'json'; readonly status: number; readonly body: unknown; readonly mediaType?: string }
  | { readonly type: 'text'; readonly status: number; readonly body: string; readonly mediaType?: string }
  | { readonly type: 'watch'; readonly feed: WatchFeed };

export function json(body: unknown, status = 200): Answer {
  return { type: 'json', status, body };
}

export function text(body: string, status = 200): Answer {
  return { type: 'text', status, body };
}

export function failure(status: Status): Answer {
  return json(status, status.code);
}

/** The Status object of a request that did what it should and has no object to show for it. */
export function success(details?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details === undefined ? {} : { details }),
  };
}

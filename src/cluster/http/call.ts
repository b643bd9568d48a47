import type { NamedCall, Verb } from '../calls.ts';

/** One HTTP request to be made, and what is needed to speak of it afterwards. */
export interface Call extends NamedCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The plural, with the subresource if any: `nodes/status`. */
  readonly resource: string;
  /** Path and query, after the server's own path. */
  readonly path: string;
  readonly body?: { readonly json: unknown; readonly contentType: string };
  readonly signal?: AbortSignal;
}

/** What one HTTP request came to, for metrics. */
export interface RequestRecord {
  readonly verb: Verb;
  /** The plural, with the subresource if any: `nodes/status`. */
  readonly resource: string;
  /** The HTTP status, or why there was none. */
  readonly status: number | 'timeout' | 'connection' | 'malformed' | 'aborted';
  /** From the request to the whole answer; for a watch, to the start of the stream. */
  readonly seconds: number;
}

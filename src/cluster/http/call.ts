import type { ObjectRef } from '../../kubernetes/objects.ts';
import { ApiError } from '../errors.ts';
import type { ResourceType, Stored } from '../port.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'apply' | 'delete' | 'evict';

/** One HTTP request to be made, and what is needed to speak of it afterwards. */
export interface Call {
  readonly verb: Verb;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The plural, with the subresource if any: `nodes/status`. */
  readonly resource: string;
  /** For people: `PATCH nodes/gpu-17`. */
  readonly name: string;
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

/** Whether nothing in the cluster can come of a call. */
export function isRead(call: Call): boolean {
  return call.method === 'GET';
}

/** For people: `PATCH pods/kube-system/dns-1`. */
export function nameCall(method: Call['method'], resource: string, ref?: Partial<ObjectRef>): string {
  const parts = [resource, ref?.namespace, ref?.name].filter((part) => part !== undefined);
  return `${method} ${parts.join('/')}`;
}

/** The plural, with the subresource if any. */
export function resourceOf(type: ResourceType<Stored>, subresource?: string): string {
  return subresource === undefined ? type.plural : `${type.plural}/${subresource}`;
}

/** The error for an answer that is not what the API server promises; what was asked may have been done. */
export function malformed(call: Call, what: string, cause?: unknown): ApiError {
  return new ApiError('malformed', `${call.name}: ${what}`, {
    call: call.name,
    maybeApplied: !isRead(call),
    cause,
  });
}

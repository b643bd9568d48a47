import type { ApiObject, ObjectRef } from '../kubernetes/objects.ts';
import { ApiError } from './errors.ts';
import type { ResourceType, Stored } from './port.ts';

/** What is asked of an API server. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'apply' | 'delete' | 'evict';

/** A call, as far as it takes to speak of it. */
export interface NamedCall {
  readonly verb: Verb;
  /** For people: `PATCH nodes/gpu-17`. */
  readonly name: string;
}

const READS: ReadonlySet<Verb> = new Set<Verb>(['get', 'list', 'watch']);

/** Whether nothing in the cluster can come of a call. */
export function isRead({ verb }: NamedCall): boolean {
  return READS.has(verb);
}

/** For people: `PATCH pods/kube-system/dns-1`. */
export function nameCall(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  resource: string,
  ref?: Partial<ObjectRef>,
): string {
  const parts = [resource, ref?.namespace, ref?.name].filter((part) => part !== undefined);
  return `${method} ${parts.join('/')}`;
}

/** The plural, with the subresource if any. */
export function resourceOf(type: ResourceType<Stored>, subresource?: string): string {
  return subresource === undefined ? type.plural : `${type.plural}/${subresource}`;
}

/** The error for a call that the caller gave up. @param maybeApplied whether it may have been made all the same */
export function givenUp(call: NamedCall, maybeApplied: boolean, cause?: unknown): ApiError {
  return new ApiError('aborted', `${call.name}: given up`, { call: call.name, maybeApplied, cause });
}

/** The error for an answer that is not what the API server promises; what was asked may have been done. */
export function malformed(call: NamedCall, what: string, cause?: unknown): ApiError {
  return new ApiError('malformed', `${call.name}: ${what}`, {
    call: call.name,
    maybeApplied: !isRead(call),
    cause,
  });
}

/**
 * What is kept of an object.
 *
 * @throws ApiError `malformed` if it is not of its kind
 */
export function trimmed<T extends Stored>(call: NamedCall, type: ResourceType<T>, raw: ApiObject): T {
  try {
    return type.trim(raw);
  } catch (cause) {
    throw malformed(call, `${type.kind} ${raw.metadata.name} is not as one should be`, cause);
  }
}

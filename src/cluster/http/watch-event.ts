import { malformed } from '../calls.ts';
import type { ApiError } from '../errors.ts';
import type { ResourceType, Stored, WatchEvent } from '../port.ts';
import { isResourceVersion } from '../resource-version.ts';
import { answerFailure } from '../status-errors.ts';
import type { Call } from './call.ts';
import { decodeObject, isJsonObject } from './decode.ts';

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * One line of a watch.
 *
 * @throws ApiError for an ERROR event: the one that a call answered with the same Status would fail with
 */
export function decodeEvent<T extends Stored>(
  call: Call,
  type: ResourceType<T>,
  line: string,
): WatchEvent<T> {
  const event = parse(call, line);
  switch (event.type) {
    case 'ADDED':
      return { type: 'added', object: decodeObject(call, type, event.object) };
    case 'MODIFIED':
      return { type: 'modified', object: decodeObject(call, type, event.object) };
    case 'DELETED':
      return { type: 'deleted', object: decodeObject(call, type, event.object) };
    case 'BOOKMARK':
      return decodeBookmark(call, event.object);
    case 'ERROR':
      throw decodeError(call, event.object);
    default:
      throw malformed(call, 'an event of no known type');
  }
}

function parse(call: Call, line: string): Readonly<Record<string, unknown>> {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    throw malformed(call, 'a line that is not JSON');
  }
  if (!isJsonObject(event)) throw malformed(call, 'a line that is not an event');
  return event;
}

function decodeBookmark(call: Call, object: unknown): Extract<WatchEvent<never>, { type: 'bookmark' }> {
  const metadata = isJsonObject(object) && isJsonObject(object.metadata) ? object.metadata : {};
  const { resourceVersion, annotations } = metadata;
  if (!isResourceVersion(resourceVersion))
    throw malformed(call, 'a bookmark without a decimal resourceVersion');
  const initialEventsEnd = isJsonObject(annotations) && annotations[INITIAL_EVENTS_END] === 'true';
  return { type: 'bookmark', resourceVersion, initialEventsEnd };
}

function decodeError(call: Call, status: unknown): ApiError {
  const code = isJsonObject(status) && typeof status.code === 'number' ? status.code : 500;
  return answerFailure(call, { status: code, body: status });
}

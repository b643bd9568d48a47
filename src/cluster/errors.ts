/** What went wrong with a call to the API server, as far as a caller acts on it differently. */
export type ApiErrorCode =
  /** 404: no such object (or, for a watch or list, no such resource type). */
  | 'not-found'
  /** 409 AlreadyExists. */
  | 'already-exists'
  /** 409 Conflict: a precondition (UID, resourceVersion) or a server-side apply lost against somebody else's write. */
  | 'conflict'
  /** A JSON patch's `test` did not hold, or its path was not there: the object is not what the caller believed. */
  | 'precondition-failed'
  /** 422 or 400: the object itself is refused. The same request will be refused again. */
  | 'invalid'
  /** 401: the credentials were not accepted. */
  | 'unauthorized'
  /** 403: not permitted, or refused by admission. */
  | 'forbidden'
  /** 410, or a watch's ERROR event of that code: the resourceVersion is too old. List again. */
  | 'gone'
  /** 429: slow down, or, for an eviction, a PodDisruptionBudget stands in the way. */
  | 'too-many-requests'
  /** No answer in time. */
  | 'timeout'
  /** The connection could not be made, or broke. */
  | 'connection'
  /** 5xx. */
  | 'server'
  /** An answer that is not what the API server promises: not JSON, no Status, another kind. */
  | 'malformed'
  /** The caller gave up (its AbortSignal). */
  | 'aborted';

export interface ApiErrorDetails {
  /** HTTP status, if there was an answer. */
  readonly status?: number;
  /** `reason` of the Kubernetes Status object, e.g. `AlreadyExists`. */
  readonly reason?: string;
  /** What the API server said, in its own words and without the call: its message, and those of its causes. */
  readonly said?: string;
  /** Reasons of `details.causes`, e.g. `DisruptionBudget`, `NamespaceTerminating`. */
  readonly causes?: readonly string[];
  /** Seconds after which the server asks to be called again (`Retry-After` or `details.retryAfterSeconds`). */
  readonly retryAfterSeconds?: number;
  /** The call, for people: `PATCH nodes/gpu-17`. */
  readonly call?: string;
  /**
   * Whether the request may have taken effect all the same: true where it may have reached the server and no answer came back.
   * Only then does a caller have to look before it tries again.
   */
  readonly maybeApplied?: boolean;
  readonly cause?: unknown;
}

const RETRYABLE: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>([
  'too-many-requests',
  'timeout',
  'connection',
  'server',
  'malformed',
]);

/** The one error that leaves the port. Everything else is converted to it at the boundary. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly details: ApiErrorDetails;

  constructor(code: ApiErrorCode, message: string, details: ApiErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  /** Whether the same request may well succeed later with nothing else changed. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}

/** Whether an error is an {@link ApiError} with one of the codes. */
export function hasCode(error: unknown, ...codes: readonly ApiErrorCode[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

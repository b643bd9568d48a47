import { isRead, type NamedCall } from './calls.ts';
import { ApiError, type ApiErrorCode } from './errors.ts';

/** What the API server says of a failure, as far as it is used. */
interface Status {
  readonly reason?: string;
  readonly message?: string;
  /** Its message and those of its causes. */
  readonly said?: string;
  readonly causes: readonly string[];
  /** The object that the failure is about, by the server's account. */
  readonly subject?: string;
  readonly retryAfterSeconds?: number;
}

interface Failure {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter?: string | undefined;
}

/**
 * The {@link ApiError} for an answer of status 300 or higher, or for a watch's ERROR event.
 *
 * @param failure.body the answer's body, parsed if it was JSON: a Status object if the API server itself gave it
 * @param failure.retryAfter the header
 */
export function answerFailure(call: NamedCall, failure: Failure): ApiError {
  const status = parseStatus(failure.body);
  const code = codeFor(call, failure.status, status);
  const retryAfterSeconds = seconds(failure.retryAfter) ?? status.retryAfterSeconds;
  return new ApiError(code, describe(call, failure.status, status), {
    status: failure.status,
    call: call.name,
    causes: status.causes,
    ...(status.reason === undefined ? {} : { reason: status.reason }),
    ...(status.said === undefined ? {} : { said: status.said }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    // The server's 5xx may come from its storage giving no answer in time, after which the write may be there all the same.
    maybeApplied: !isRead(call) && failure.status >= 500,
  });
}

const CODES: ReadonlyMap<number, ApiErrorCode> = new Map<number, ApiErrorCode>([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [408, 'timeout'],
  [409, 'conflict'],
  [410, 'gone'],
  [429, 'too-many-requests'],
]);

function codeFor(call: NamedCall, status: number, said: Status): ApiErrorCode {
  if (said.reason === 'AlreadyExists') return 'already-exists';
  if (call.verb === 'patch' && isFailedTest(status, said)) return 'precondition-failed';
  const code = CODES.get(status);
  if (code !== undefined) return code;
  if (status >= 500) return 'server';
  return status >= 400 ? 'invalid' : 'malformed';
}

/**
 * kube-apiserver answers a JSON patch that could not be applied with a 422 that names no object and no cause, only "the server
 * rejected our request due to an error in our request". An object refused by validation comes with causes, one refused by a policy
 * with the object's name, one refused by a webhook with a message that says so.
 */
function isFailedTest(status: number, said: Status): boolean {
  const nameless = said.causes.length === 0 && said.subject === undefined;
  return (
    status === 422 && said.reason === 'Invalid' && nameless && !said.message?.startsWith('admission webhook')
  );
}

// An invalid patch is answered with the whole object in the message.
const LONGEST_MESSAGE = 500;

function describe(call: NamedCall, status: number, said: Status): string {
  const reason = said.reason === undefined ? '' : ` ${said.reason}`;
  const message = said.message === undefined ? '' : `: ${said.message.slice(0, LONGEST_MESSAGE)}`;
  return `${call.name}: the API server answered ${status}${reason}${message}`;
}

function parseStatus(body: unknown): Status {
  const status = fields(body);
  if (status.kind !== 'Status') return { causes: [] };
  const details = fields(status.details);
  const causes = (Array.isArray(details.causes) ? details.causes : []).map(fields);
  const retryAfterSeconds = details.retryAfterSeconds;
  return {
    ...text('reason', status.reason),
    ...text('message', status.message),
    ...text('subject', details.name),
    ...text('said', sentence([status.message, ...causes.map(({ message }) => message)])),
    causes: causes.map(({ reason }) => reason).filter((reason) => typeof reason === 'string'),
    ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
  };
}

/** Which budget forbids an eviction stands in the causes alone. */
function sentence(messages: readonly unknown[]): string {
  const texts = messages.filter((message) => typeof message === 'string' && message !== '');
  return texts
    .map((message) => String(message).replace(/\.$/, ''))
    .join(': ')
    .slice(0, LONGEST_MESSAGE);
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text<Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> {
  return typeof value === 'string' && value !== '' ? ({ [key]: value } as Record<Key, string>) : {};
}

function seconds(header: string | undefined): number | undefined {
  return header !== undefined && /^[0-9]{1,6}$/.test(header) ? Number(header) : undefined;
}

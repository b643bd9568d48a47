import { StatusError } from '../api/status-error.ts';

/** What is refused before it comes to an object, in a real API server's words. */

/** 401, for whoever does not show the token. */
export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** 405: this cannot be done with what the path names. */
export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

/** 406: none of the formats that the client would take is one that the server can give. */
export function notAcceptable(offered: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${offered.join(', ')}`;
  return new StatusError(406, 'NotAcceptable', message);
}

/** 413 */
export function bodyTooLarge(limit: number): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}

/** 415: the body is in a format that the server does not read. */
export function unsupportedMediaType(accepted: readonly string[], hint = ''): StatusError {
  const types = accepted.join(', ');
  const message = `the body of the request was in an unknown format - accepted media types include: ${types}${hint}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

/** 501: it would take real containers. */
export function notSimulated(what: string): StatusError {
  return new StatusError(
    501,
    'NotImplemented',
    `the containers of this cluster are simulated: there is no ${what}`,
  );
}

/** 500: a fault of the server's own. */
export function internalError(error: unknown): StatusError {
  const message = error instanceof Error ? error.message : String(error);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  });
}

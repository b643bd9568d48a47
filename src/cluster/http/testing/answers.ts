import type { Handler } from './test-server.ts';

/** Answers with an object. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** What a Status may say beyond its code. */
export interface StatusFields {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: unknown;
}

/** Refuses, as the API server does. */
export function refusal(
  code: number,
  fields: StatusFields = {},
  headers: Record<string, string> = {},
): Handler {
  return json(statusObject(code, fields), code, headers);
}

export function statusObject(code: number, fields: StatusFields = {}): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, ...fields };
}

/** Answers with something that is not from an API server. */
export function plain(status: number, body: string): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end(body);
  };
}

/** Says nothing, for ever. */
export const silence: Handler = () => undefined;

/** Breaks the connection instead of answering. */
export const reset: Handler = (_request, response) => {
  response.socket?.resetAndDestroy();
};

/** Answers with pieces of a stream, each in a chunk of its own, and leaves it open. */
export function stream(...chunks: readonly (string | Uint8Array)[]): Handler {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const chunk of chunks) response.write(chunk);
  };
}

/** As {@link stream}, and then ends it as the server does in its own time. */
export function endedStream(...chunks: readonly (string | Uint8Array)[]): Handler {
  return (request, response) => {
    stream(...chunks)(request, response);
    response.end();
  };
}

/** As {@link stream}, and then breaks the connection when the chunks are out. */
export function brokenStream(...chunks: readonly string[]): Handler {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(chunks.join(''), () => response.socket?.resetAndDestroy());
  };
}

/** A node as the API server sends it. */
export function rawNode(name: string, resourceVersion: number, labels?: Record<string, string>): object {
  const metadata = { name, uid: `uid-of-${name}`, resourceVersion: String(resourceVersion), labels };
  return { kind: 'Node', apiVersion: 'v1', metadata, spec: {}, status: {} };
}

/** A list of nodes as the API server sends it: its items do not say what they are. */
export function rawList(resourceVersion: number, items: readonly object[], continueToken?: string): object {
  return {
    kind: 'NodeList',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(resourceVersion), continue: continueToken },
    items: items.map((item) => ({ ...item, kind: undefined, apiVersion: undefined })),
  };
}

/** One line of a watch. */
export function eventLine(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export function bookmarkLine(resourceVersion: number, initialEventsEnd = false): string {
  const annotations = initialEventsEnd ? { 'k8s.io/initial-events-end': 'true' } : undefined;
  const metadata = { resourceVersion: String(resourceVersion), annotations };
  return eventLine('BOOKMARK', { kind: 'Node', apiVersion: 'v1', metadata });
}

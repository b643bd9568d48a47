import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../clock.ts';
import { badRequest } from '../api/refusals.ts';
import { isJsonObject } from '../api/json.ts';
import type { Answer } from './answer.ts';
import { bodyTooLarge } from './refusals.ts';
import type { ApiRequest } from './request.ts';
import { streamWatch } from './watch-stream.ts';

/** As a real API server has it. */
const LARGEST_BODY = 3 * 1024 * 1024;

/** @throws StatusError 400 or 413 */
export async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const { headers, method = '' } = incoming;
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  return {
    method,
    path: segments(url.pathname),
    query: url.searchParams,
    accept: headers.accept ?? '',
    contentType: headers['content-type'] ?? '',
    userAgent: headers['user-agent'] ?? '',
    body: await readBody(incoming),
  };
}

function segments(pathname: string): readonly string[] {
  try {
    return pathname
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    throw badRequest('the path is not properly encoded');
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY) throw bodyTooLarge(LARGEST_BODY);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @param clock by which watches are ended and bookmarked */
export function sendAnswer(response: ServerResponse, answer: Answer, clock: Clock): void {
  switch (answer.type) {
    case 'json':
      sendJson(response, answer);
      break;
    case 'text':
      response
        .writeHead(answer.status, { 'content-type': answer.mediaType ?? 'text/plain; charset=utf-8' })
        .end(answer.body);
      break;
    case 'watch':
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      streamWatch(response, answer.feed, clock);
  }
}

function sendJson(response: ServerResponse, answer: Extract<Answer, { type: 'json' }>): void {
  const retryAfter = retryAfterSeconds(answer.body);
  response.writeHead(answer.status, {
    'content-type': answer.mediaType ?? 'application/json',
    'cache-control': 'no-cache, private',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
  response.end(`${JSON.stringify(answer.body)}\n`);
}

/** What a Status says of when to try again goes into a header as well. */
function retryAfterSeconds(body: unknown): number | undefined {
  if (!isJsonObject(body) || body['kind'] !== 'Status' || !isJsonObject(body['details'])) return undefined;
  const seconds = body['details']['retryAfterSeconds'];
  return typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
}

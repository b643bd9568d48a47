import { isJsonObject } from '../api/json.ts';
import { badRequest } from '../api/refusals.ts';

/** Where the next page of a list begins. */
export interface Continuation {
  /** The revision of the first page, and so of all. */
  readonly revision: number;
  /** How many objects the pages before had. */
  readonly offset: number;
}

/** As text that means nothing to the client. */
export function continueToken({ revision, offset }: Continuation): string {
  return Buffer.from(JSON.stringify({ v: 'embedded/v1', rv: revision, at: offset })).toString('base64url');
}

/** @throws StatusError 400 if it is not one of `continueToken`'s */
export function parseContinueToken(token: string): Continuation {
  const value = decode(token);
  const { rv: revision, at: offset } = isJsonObject(value) ? value : {};
  if (!isCount(revision) || !isCount(offset))
    throw badRequest('invalid continue token: continue key is not valid');
  return { revision, offset };
}

function decode(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

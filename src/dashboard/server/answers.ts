import type { Refusal } from '../wire.ts';

/** What a request is answered with, all at once. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export function json(value: unknown): Answer {
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(value) };
}

export function refusal(
  status: number,
  body: Refusal,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, type: JSON_TYPE, body: JSON.stringify(body), headers };
}

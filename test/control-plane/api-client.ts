import { readFileSync } from 'node:fs';

import { Pool } from 'undici';

import type { ApiObject } from '../../src/kubernetes/objects.ts';

/** An object as the API server sends it, for tests that look at fields of their own choosing. */
export type AnyObject = ApiObject & Readonly<Record<string, unknown>>;

export interface ObjectList<T = AnyObject> {
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string };
}

export type PatchType = 'json' | 'merge' | 'strategic-merge' | 'apply';

const PATCH_CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  'strategic-merge': 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** The API server's answer to a request that it refused. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  readonly reason: string;

  constructor(request: string, status: number, body: { reason?: string; message?: string }) {
    super(`${request}: ${status} ${body.message ?? ''}`);
    this.status = status;
    this.reason = body.reason ?? '';
  }
}

/**
 * A small client for tests and fixtures. It is not the operator's own, so that a fault in that one cannot hide itself.
 *
 * Paths are those of the API: `/api/v1/nodes/node-1`.
 */
export class ApiClient {
  readonly #pool: Pool;
  readonly #token: string;

  constructor(access: { server: string; caFile: string; token: string; connections?: number }) {
    this.#token = access.token;
    this.#pool = new Pool(access.server, {
      connections: access.connections ?? 64,
      connect: { ca: readFileSync(access.caFile, 'utf8') },
    });
  }

  get<T = AnyObject>(path: string): Promise<T> {
    return this.#request<T>('GET', path);
  }

  list<T = AnyObject>(path: string, query: Readonly<Record<string, string>> = {}): Promise<ObjectList<T>> {
    const search = new URLSearchParams(query).toString();
    return this.#request('GET', search === '' ? path : `${path}?${search}`);
  }

  create<T = AnyObject>(path: string, body: unknown): Promise<T> {
    return this.#request('POST', path, { contentType: 'application/json', body });
  }

  replace<T = AnyObject>(path: string, body: unknown): Promise<T> {
    return this.#request('PUT', path, { contentType: 'application/json', body });
  }

  patch<T = AnyObject>(path: string, type: PatchType, body: unknown): Promise<T> {
    const query = type === 'apply' ? `${path}?fieldManager=test&force=true` : path;
    return this.#request('PATCH', query, { contentType: PATCH_CONTENT_TYPES[type], body });
  }

  /** @param options DeleteOptions: `gracePeriodSeconds`, `propagationPolicy`, `preconditions` */
  delete(path: string, options: Readonly<Record<string, unknown>> = {}): Promise<AnyObject> {
    return this.#request('DELETE', path, { contentType: 'application/json', body: options });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #request<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    content?: { contentType: string; body: unknown },
  ): Promise<T> {
    const response = await this.#pool.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: 'application/json',
        ...(content === undefined ? {} : { 'content-type': content.contentType }),
      },
      body: content === undefined ? null : JSON.stringify(content.body),
    });
    const text = await response.body.text();
    if (response.statusCode < 300) return parse(text) as T;
    throw new RequestError(`${method} ${path}`, response.statusCode, parse(text) as { message?: string });
  }
}

/** Health checks answer in plain text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

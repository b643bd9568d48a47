import { VirtualClock } from '../../virtual-clock.ts';
import { createApiServer } from '../../api/api-server.ts';
import type { Json } from '../../api/json.ts';
import type { ApiServer } from '../../api/types.ts';
import type { Answer } from '../answer.ts';
import type { ApiRequest } from '../request.ts';
import { answer } from '../routes.ts';

export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** A request as it is after it was read. */
export function request(method: string, target: string, details: Partial<ApiRequest> = {}): ApiRequest {
  const url = new URL(target, 'http://localhost');
  return {
    method,
    path: url.pathname.split('/').filter((segment) => segment !== ''),
    query: url.searchParams,
    accept: 'application/json',
    contentType: '',
    userAgent: 'test/1.0',
    body: '',
    ...details,
  };
}

/** A cluster that is asked without a socket in between. */
export class Asked {
  readonly clock = new VirtualClock();
  readonly api: ApiServer;

  constructor() {
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    this.api = createApiServer({ clock: this.clock, random });
  }

  ask(method: string, target: string, details: Partial<ApiRequest> = {}): Answer {
    return answer(this.api, request(method, target, details));
  }

  /** The JSON that a request is answered with, and its HTTP status as `code`. */
  json(method: string, target: string, details: Partial<ApiRequest> = {}): { code: number; body: Json } {
    const answered = this.ask(method, target, details);
    if (answered.type !== 'json') throw new Error(`answered with ${answered.type}`);
    return { code: answered.status, body: JSON.parse(JSON.stringify(answered.body)) as Json };
  }

  create(target: string, object: unknown): Json {
    const { code, body } = this.json('POST', target, {
      contentType: 'application/json',
      body: JSON.stringify(object),
    });
    if (code !== 201) throw new Error(`not created: ${JSON.stringify(body)}`);
    return body;
  }
}

export function configMap(name: string, labels: Readonly<Record<string, string>> = {}): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } };
}

import type { ObjectRef } from '../../kubernetes/objects.ts';
import { nameCall } from '../calls.ts';
import { hasCode } from '../errors.ts';
import type { CallOptions, List, Query, ResourceType, Stored } from '../port.ts';
import type { Call } from './call.ts';
import { decodeObject, decodePage, type Page } from './decode.ts';
import { collectionPath, objectPath, queryString, selectors } from './paths.ts';

export type Send = (call: Call) => Promise<unknown>;

export async function get<T extends Stored>(
  send: Send,
  type: ResourceType<T>,
  ref: ObjectRef,
  options: CallOptions,
): Promise<T> {
  const name = nameCall('GET', type.plural, ref);
  const path = objectPath(type, ref);
  const call: Call = { verb: 'get', method: 'GET', resource: type.plural, name, path, ...options };
  return decodeObject(call, type, await send(call));
}

// A list that takes so long that its continue token expires is begun anew, but not for ever.
const STARTS = 3;

export interface ListRequest<T extends Stored> {
  readonly type: ResourceType<T>;
  readonly query: Query;
  /** Objects per page. */
  readonly pageSize: number;
}

/** Reads all pages of a list, as of one resourceVersion, at least as new as the call. */
export async function list<T extends Stored>(
  send: Send,
  request: ListRequest<T>,
  options: CallOptions,
): Promise<List<T>> {
  for (let starts = 1; ; starts += 1) {
    try {
      return await readPages((token) => readPage(send, request, { token, ...options }));
    } catch (error) {
      if (!hasCode(error, 'gone') || starts === STARTS) throw error;
    }
  }
}

async function readPages<T>(read: (token: string) => Promise<Page<T>>): Promise<List<T>> {
  const first = await read('');
  const items = [...first.items];
  for (let token = first.continueToken; token !== '';) {
    const page = await read(token);
    for (const item of page.items) items.push(item);
    token = page.continueToken;
  }
  return { items, resourceVersion: first.resourceVersion };
}

async function readPage<T extends Stored>(
  send: Send,
  { type, query, pageSize }: ListRequest<T>,
  { token, ...options }: CallOptions & { readonly token: string },
): Promise<Page<T>> {
  // Without a resourceVersion the read is consistent; a continued one goes on at the resourceVersion in its token.
  const parameters = { ...selectors(query), limit: pageSize, continue: token === '' ? undefined : token };
  const call: Call = {
    verb: 'list',
    method: 'GET',
    resource: type.plural,
    name: nameCall('GET', type.plural, {
      ...(query.namespace === undefined ? {} : { namespace: query.namespace }),
    }),
    path: collectionPath(type, query.namespace) + queryString(parameters),
    ...options,
  };
  return decodePage(call, type, await send(call));
}

import type { Reader } from './api.ts';
import type { Resource } from './resources.ts';
import type { RawObject } from '../../src/invariants/trim.ts';

interface RawList {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** Null, in some lists, if there are none. */
  readonly items: readonly RawObject[] | null;
}

const PAGE = '1000';
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

/** The resourceVersion that the cluster has now. */
export async function currentVersion(reader: Reader): Promise<number> {
  const list = (await reader.get('/api/v1/nodes?limit=1', METADATA_ONLY)) as RawList;
  return Number(list.metadata.resourceVersion);
}

/** All objects of a kind, exactly as they were at a resourceVersion: one moment for all kinds. */
export async function listAt(reader: Reader, resource: Resource, rv: number): Promise<readonly RawObject[]> {
  return list(reader, resource, { rv });
}

/** Each object's resourceVersion by its UID, exactly as it was at a resourceVersion. */
export async function versionsAt(
  reader: Reader,
  resource: Resource,
  rv: number,
): Promise<ReadonlyMap<string, number>> {
  const items = await list(reader, resource, { rv, accept: METADATA_ONLY });
  return new Map(items.map(({ metadata }) => [metadata.uid ?? '', Number(metadata.resourceVersion)]));
}

/** @returns the path with which a kind is watched from a resourceVersion on */
export function watchPath({ path, labelSelector }: Resource, rv: number): string {
  const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: String(rv) };
  return `${path}?${new URLSearchParams({ ...query, ...selected(labelSelector) }).toString()}`;
}

async function list(
  reader: Reader,
  { path, labelSelector }: Resource,
  { rv, accept }: { rv: number; accept?: string },
): Promise<readonly RawObject[]> {
  const items: RawObject[] = [];
  let position: Record<string, string> = { resourceVersion: String(rv), resourceVersionMatch: 'Exact' };
  for (;;) {
    const query = new URLSearchParams({ ...position, ...selected(labelSelector), limit: PAGE });
    const page = (await reader.get(`${path}?${query.toString()}`, accept)) as RawList;
    for (const item of page.items ?? []) items.push(item);
    const next = page.metadata.continue ?? '';
    if (next === '') return items;
    position = { continue: next };
  }
}

function selected(labelSelector: string | undefined): Record<string, string> {
  return labelSelector === undefined ? {} : { labelSelector };
}

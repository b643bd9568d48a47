import type { RawObject } from '../../src/invariants/trim.ts';

/** The objects of one kind at one resourceVersion, by UID. */
export interface Moment {
  readonly rv: number;
  readonly objects: ReadonlyMap<string, RawObject>;
}

export type Missed =
  | { readonly type: 'changed'; readonly rv: number; readonly object: RawObject }
  | { readonly type: 'gone'; readonly rv: number; readonly uid: string };

/** Reads the objects as they were at a resourceVersion. */
export type ReadAt = (rv: number) => Promise<Moment>;

/** An object that was there for fewer resourceVersions than this may be missed: no pod is created, bound and gone in two writes. */
const STRIDE = 2;

/**
 * Tells what happened between two moments, in order, from the store's own history, by halving the time until each change stands
 * alone. Where nothing seems to have happened it is halved as well, for an object may have come and gone: only what was made by one
 * write and gone with the very next one is not found.
 */
export async function* missedBetween(from: Moment, to: Moment, readAt: ReadAt): AsyncGenerator<Missed> {
  if (to.rv - from.rv <= STRIDE && alike(from, to)) return;
  if (to.rv - from.rv <= 1) {
    yield* differences(from, to);
    return;
  }
  const middle = await readAt(Math.floor((from.rv + to.rv) / 2));
  yield* missedBetween(from, middle, readAt);
  yield* missedBetween(middle, to, readAt);
}

export function momentOf(rv: number, items: Iterable<RawObject>): Moment {
  return { rv, objects: new Map([...items].map((object) => [object.metadata.uid ?? '', object])) };
}

function* differences(from: Moment, { rv, objects }: Moment): Generator<Missed> {
  for (const [uid, object] of objects)
    if (versionOf(object) !== versionOf(from.objects.get(uid))) yield { type: 'changed', rv, object };
  for (const uid of from.objects.keys()) if (!objects.has(uid)) yield { type: 'gone', rv, uid };
}

function alike(from: Moment, to: Moment): boolean {
  return differences(from, to).next().done === true;
}

function versionOf(object: RawObject | undefined): string | undefined {
  return object?.metadata.resourceVersion;
}

import { isDeepStrictEqual } from 'node:util';
import { keyOf } from '../../cluster/informer.ts';
import type { Query, ResourceType, Stored } from '../../cluster/port.ts';
import { matchesLabels } from '../../kubernetes/label-selector.ts';
import { parseLabelSelector } from '../../kubernetes/label-selector-parser.ts';
import type { ApiObject, ObjectRef } from '../../kubernetes/objects.ts';

/** An object as the API server has it, with whatever fields its kind has. */
export type RawObject = ApiObject & Readonly<Record<string, unknown>>;

export type Kind = Pick<ResourceType<Stored>, 'plural'>;

export interface StoreChange {
  readonly plural: string;
  readonly before: RawObject | undefined;
  readonly after: RawObject | undefined;
}

const FIRST_REVISION = 1000;

/** What an API server keeps: every object, and every change in order. */
export class ObjectStore {
  readonly #objects = new Map<string, RawObject>();
  readonly #changes: StoreChange[] = [];
  readonly #listeners = new Set<(change: StoreChange) => void>();
  #uids = 0;

  get revision(): number {
    return FIRST_REVISION + this.#changes.length;
  }

  /** The change that came right after a revision, if there has been one. */
  after(revision: number): StoreChange | undefined {
    return this.#changes[revision - FIRST_REVISION];
  }

  /** Calls back at every change until the returned function is called. */
  listen(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  get(kind: Kind, ref: ObjectRef): RawObject | undefined {
    return this.#objects.get(`${kind.plural}/${keyOf(ref)}`);
  }

  all(kind: Kind, query: Query = {}): readonly RawObject[] {
    return [...this.#objects]
      .filter(([key, object]) => key.startsWith(`${kind.plural}/`) && matches(object, query))
      .map(([, object]) => object);
  }

  /** Creates or replaces an object. One that is the same already is not written. */
  put(kind: Kind, object: RawObject): RawObject {
    const before = this.get(kind, object.metadata);
    const draft = structuredClone(object);
    if (before !== undefined && isDeepStrictEqual(before, draft)) return before;
    const after: RawObject = {
      ...draft,
      metadata: {
        ...draft.metadata,
        uid: before?.metadata.uid ?? draft.metadata.uid ?? this.#nextUid(object),
        resourceVersion: String(this.revision + 1),
        generation: generation(before, draft),
      },
    };
    this.#objects.set(`${kind.plural}/${keyOf(object.metadata)}`, after);
    this.#record({ plural: kind.plural, before, after });
    return after;
  }

  remove(kind: Kind, ref: ObjectRef): void {
    const before = this.get(kind, ref);
    if (before === undefined) return;
    this.#objects.delete(`${kind.plural}/${keyOf(ref)}`);
    const resourceVersion = String(this.revision + 1);
    this.#record({
      plural: kind.plural,
      before: { ...before, metadata: { ...before.metadata, resourceVersion } },
      after: undefined,
    });
  }

  #record(change: StoreChange): void {
    this.#changes.push(change);
    for (const listener of [...this.#listeners]) listener(change);
  }

  #nextUid({ kind, metadata }: ApiObject): string {
    this.#uids += 1;
    return `uid-${this.#uids}-of-${kind}-${metadata.name}`;
  }
}

/** Counts the changes of what is wanted; what is written about an object's status does not count. */
function generation(before: RawObject | undefined, after: RawObject): number {
  if (before === undefined) return after.metadata.generation ?? 1;
  const number = before.metadata.generation ?? 1;
  return isDeepStrictEqual(before['spec'], after['spec']) ? number : number + 1;
}

/** Whether an object is among those that a list or watch asks for. */
export function matches(object: RawObject, { namespace, labelSelector, fieldSelector }: Query): boolean {
  const { metadata } = object;
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    (labelSelector === undefined ||
      matchesLabels(parseLabelSelector(labelSelector), metadata.labels ?? {})) &&
    (fieldSelector === undefined || matchesField(object, fieldSelector))
  );
}

function matchesField(object: RawObject, selector: string): boolean {
  const [path = '', wanted] = selector.split('=');
  let at: unknown = object;
  for (const key of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[key];
  return at === wanted;
}

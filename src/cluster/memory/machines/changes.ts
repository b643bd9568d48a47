import type { ApiServer, RawObject, Resource, ResourceName, StoreChange } from '../api/types.ts';

/** What became of one object: `before` absent, it is new; `after` absent, it is gone. */
export type Change<T> =
  | { readonly before: undefined; readonly after: T }
  | { readonly before: T; readonly after: undefined }
  | { readonly before: T; readonly after: T };

/** The object as it is now, or as it was in the end. */
export function latest<T>({ before, after }: Change<T>): T {
  // One of them is always there.
  return (after ?? before) as T;
}

type Handler = (change: AnyChange) => void;

/** A change of an object of any kind. */
export type AnyChange = Change<RawObject> & Pick<StoreChange, 'resource'>;

/**
 * Tells of every change, to each who asked for that kind in the order in which they asked. What exists at the start is told of as
 * if it were new, so that nobody has to list anything.
 */
export class Changes {
  readonly #api: ApiServer;
  readonly #ofKind = new Map<string, Handler[]>();
  readonly #ofAll: Handler[] = [];
  #stop: () => void = () => undefined;

  constructor(api: ApiServer) {
    this.#api = api;
  }

  /** Not to be called once started. */
  of<T>(kind: ResourceName, handler: (change: Change<T>) => void): void {
    const key = keyOfKind(kind);
    const handlers = this.#ofKind.get(key) ?? [];
    this.#ofKind.set(key, handlers);
    handlers.push((change) => {
      // Whoever asks for a kind knows its type.
      handler(change as unknown as Change<T>);
    });
  }

  /** Changes of objects of any kind, after those who asked for that kind. Not to be called once started. */
  ofAll(handler: Handler): void {
    this.#ofAll.push(handler);
  }

  start(): void {
    this.#stop = this.#api.onChange((change) => {
      // A change without an object is none.
      this.#tell(change as AnyChange);
    });
    for (const resource of this.#api.resources()) {
      for (const after of this.#api.list(resource)) this.#tell(existing(resource, after));
    }
  }

  stop(): void {
    this.#stop();
  }

  #tell(change: AnyChange): void {
    const handlers = this.#ofKind.get(keyOfKind(change.resource));
    if (handlers !== undefined) for (const handler of handlers) handler(change);
    for (const handler of this.#ofAll) handler(change);
  }
}

function keyOfKind({ group, plural }: ResourceName): string {
  return `${group}/${plural}`;
}

function existing(resource: Resource, after: RawObject): AnyChange {
  return { resource, before: undefined, after };
}

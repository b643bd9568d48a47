import type { ChangeLog, LoggedChange } from './change-log.ts';
import type { Collection } from './collection.ts';
import { withMetadata } from './object-metadata.ts';
import { expired } from './refusals.ts';
import type { Filter } from './selection.ts';
import type { Store } from './store.ts';
import type { RawObject, WatchCursor, WireEvent } from './types.ts';

export interface CursorOptions {
  readonly store: Store;
  readonly collection: Collection;
  readonly filter: Filter;
  /** The revision after which the watch begins. */
  readonly revision: number;
  /** What is told before: the objects that are there already. */
  readonly initial: readonly RawObject[];
  /** Whether the end of those is marked. */
  readonly marksInitialEnd: boolean;
}

/** One watch's way through the changes of a kind. */
export class LogCursor implements WatchCursor {
  readonly #options: CursorOptions;
  readonly #log: ChangeLog;
  /** The place of the next change to be looked at. */
  #place: number;
  /** Everything up to this revision has been told. */
  #revision: number;
  #initial: number = 0;
  #endIsDue: boolean;

  constructor(options: CursorOptions) {
    this.#options = options;
    this.#log = options.collection.logFor(options.filter);
    this.#revision = options.revision;
    this.#place = options.revision < options.collection.forgotten ? -1 : this.#log.after(options.revision);
    this.#endIsDue = options.marksInitialEnd;
  }

  next(): WireEvent | undefined {
    return this.#nextInitial() ?? this.#nextChange();
  }

  bookmark(): WireEvent {
    // At the end of what there is, nothing older can come any more, whatever was written of other kinds meanwhile.
    const isAtEnd = this.#place === this.#log.end && this.#initial === this.#options.initial.length;
    if (isAtEnd) this.#revision = Math.max(this.#revision, this.#options.store.revision);
    return this.#bookmark(false);
  }

  listen(callback: () => void): () => void {
    return this.#log.listen(callback);
  }

  #nextInitial(): WireEvent | undefined {
    const object = this.#options.initial[this.#initial];
    if (object !== undefined) {
      this.#initial += 1;
      return { type: 'ADDED', object };
    }
    if (!this.#endIsDue) return undefined;
    this.#endIsDue = false;
    return this.#bookmark(true);
  }

  #nextChange(): WireEvent | undefined {
    if (this.#place < this.#log.start) throw this.#forgotten();
    for (let change = this.#log.at(this.#place); change !== undefined; change = this.#log.at(this.#place)) {
      this.#place += 1;
      this.#revision = Math.max(this.#revision, change.revision);
      const event =
        change.revision > this.#options.revision ? eventOf(change, this.#options.filter) : undefined;
      if (event !== undefined) return event;
    }
    return undefined;
  }

  #bookmark(initialEventsEnd: boolean): WireEvent {
    return { type: 'BOOKMARK', resourceVersion: String(this.#revision), initialEventsEnd };
  }

  #forgotten(): Error {
    const { collection } = this.#options;
    return expired(`too old resource version: ${this.#revision} (${collection.forgotten})`);
  }
}

/** What a change is to a watch: an object that it selects no longer is a deleted one. */
function eventOf({ stored, before, after, revision }: LoggedChange, filter: Filter): WireEvent | undefined {
  const did = stored !== undefined && filter.matches(stored);
  const does = after !== undefined && filter.matches(after);
  if (does) return { type: did ? 'MODIFIED' : 'ADDED', object: after };
  if (!did) return undefined;
  if (after === undefined) return { type: 'DELETED', object: before ?? stored };
  const metadata = { ...stored.metadata, resourceVersion: String(revision) };
  return { type: 'DELETED', object: withMetadata(stored, metadata) };
}

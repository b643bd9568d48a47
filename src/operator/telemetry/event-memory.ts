import { eventNamespace } from './event-object.ts';
import type { EventRecord } from './event-object.ts';

/** One event on its way, or already in the cluster, that further occurrences are counted on. */
export interface RememberedEvent {
  readonly key: string;
  readonly record: EventRecord;
  readonly name: string;
  readonly first: number;
  last: number;
  count: number;
  /** When it was last written, on the clock that never jumps; undefined: it is not in the cluster yet. */
  writtenAt: number | undefined;
  /** It waits to be written, or is being written, so that what is counted on it now needs no write of its own. */
  queued: boolean;
}

/** Two records with the same key are the same event, happening again. */
export function eventKey({ regarding, type, reason, message }: EventRecord): string {
  return JSON.stringify([
    eventNamespace(regarding),
    regarding.kind,
    regarding.name,
    regarding.uid,
    type,
    reason,
    message,
  ]);
}

/** The events of late, the least recently seen forgotten first: it never grows beyond its limit. */
export class EventMemory {
  readonly #events = new Map<string, RememberedEvent>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): RememberedEvent | undefined {
    const event = this.#events.get(key);
    if (event !== undefined) {
      // A Map keeps the order of insertion: this puts the event at the young end.
      this.#events.delete(key);
      this.#events.set(key, event);
    }
    return event;
  }

  remember(event: RememberedEvent): void {
    this.#events.delete(event.key);
    this.#events.set(event.key, event);
    if (this.#events.size > this.#limit) {
      const [oldest] = this.#events.keys();
      this.#events.delete(oldest ?? '');
    }
  }

  /** Forgets this very event, not a later one of the same key. */
  forget(event: RememberedEvent): void {
    if (this.#events.get(event.key) === event) {
      this.#events.delete(event.key);
    }
  }
}

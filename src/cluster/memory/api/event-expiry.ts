import type { Collection } from './collection.ts';
import { textOf } from './json.ts';
import type { Store } from './store.ts';
import type { RawObject } from './types.ts';

// As a real API server does by default.
const EVENT_LIFETIME_MS = 60 * 60 * 1000;

/**
 * Removes Events that have not happened again for an hour, so that they do not pile up. Done as new ones come, for want of anything that
 * would have to happen by itself.
 *
 * @param now milliseconds since the Unix epoch
 */
export function expireEvents(store: Store, events: Collection, now: number): void {
  const limit = now - EVENT_LIFETIME_MS;
  const expired: RawObject[] = [];
  for (const event of events.inOrderOfCreation()) {
    if (Date.parse(event.metadata.creationTimestamp ?? '') >= limit) break;
    if (!(Date.parse(textOf(event['lastTimestamp'])) >= limit)) expired.push(event);
  }
  for (const event of expired) store.remove(events, event);
}

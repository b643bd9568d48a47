import type { WatchCursor, WireEvent } from '../api/types.ts';

/** What one watch is to be sent. */
export interface WatchFeed {
  readonly cursor: WatchCursor;
  /** An event as a line of the stream. */
  line(event: WireEvent): string;
  /** Whether the client wants to hear now and then how far the stream has come. */
  readonly bookmarks: boolean;
  /** When the stream ends by itself. */
  readonly timeoutMs: number;
}

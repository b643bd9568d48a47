import type { Writable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { StatusError, type Status } from '../api/status-error.ts';
import type { WireEvent } from '../api/types.ts';
import { internalError } from './refusals.ts';
import type { WatchFeed } from './watch-feed.ts';

/** As often as a real API server sends them. */
const BOOKMARK_EVERY_MS = 60_000;
/** A client that has taken nothing for so long, while there was something to take, is gone or hopelessly behind. */
const LONGEST_STALL_MS = 60_000;
/** How much is handed over to the socket at once. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Writes a watch to a socket, as fast as the client reads and no faster: what it has not read yet waits in the API server's history, of
 * which there is one for all. A client that falls behind what is remembered is told 410 Gone; one that stops reading is cut off.
 */
export function streamWatch(out: Writable, feed: WatchFeed, clock: Clock): void {
  new WatchStream(out, feed, clock).start();
}

class WatchStream {
  readonly #out: Writable;
  readonly #feed: WatchFeed;
  readonly #clock: Clock;
  readonly #endings: (() => void)[] = [];
  #cancelBookmark: () => void = nothing;
  #cancelStall: () => void = nothing;
  #isScheduled = false;
  #isStalled = false;
  #isOver = false;

  constructor(out: Writable, feed: WatchFeed, clock: Clock) {
    this.#out = out;
    this.#feed = feed;
    this.#clock = clock;
  }

  start(): void {
    const { cursor, timeoutMs } = this.#feed;
    this.#out.on('close', () => {
      this.#stop();
    });
    this.#out.on('drain', () => {
      this.#resume();
    });
    // Whoever closes the connection while it is written to is not worth an error.
    this.#out.on('error', nothing);
    this.#endings.push(
      cursor.listen(() => {
        this.#schedule();
      }),
      this.#clock.after(timeoutMs, () => {
        this.#end();
      }),
    );
    if (this.#feed.bookmarks) this.#bookmarkLater();
    this.#pump();
  }

  /** Not within the write that somebody is just making, and once for all that is written until then. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#isOver && !this.#isStalled) {
      const { text, failure } = this.#nextChunk();
      if (text !== '') this.#write(text);
      if (failure !== undefined) this.#end();
      if (text === '') return;
    }
  }

  #nextChunk(): { readonly text: string; readonly failure?: Status } {
    let text = '';
    try {
      while (text.length < CHUNK_CHARACTERS) {
        const event = this.#feed.cursor.next();
        if (event === undefined) break;
        if (this.#isWanted(event)) text += this.#feed.line(event);
      }
      return { text };
    } catch (error) {
      const failure = statusOf(error);
      return { text: `${text}${JSON.stringify({ type: 'ERROR', object: failure })}\n`, failure };
    }
  }

  #isWanted(event: WireEvent): boolean {
    return this.#feed.bookmarks || event.type !== 'BOOKMARK';
  }

  #write(text: string): void {
    if (this.#out.write(text)) return;
    this.#isStalled = true;
    this.#cutOffLater();
  }

  #cutOffLater(): void {
    this.#cancelStall = this.#clock.after(LONGEST_STALL_MS, () => {
      this.#out.destroy();
    });
  }

  #resume(): void {
    this.#isStalled = false;
    this.#cancelStall();
    this.#pump();
  }

  #bookmarkLater(): void {
    this.#cancelBookmark = this.#clock.after(BOOKMARK_EVERY_MS, () => {
      this.#bookmarkLater();
      this.#pump();
      if (!this.#isOver && !this.#isStalled) this.#write(this.#feed.line(this.#feed.cursor.bookmark()));
    });
  }

  #end(): void {
    if (this.#isOver) return;
    this.#stop();
    this.#out.end();
    this.#cutOffLater();
  }

  #stop(): void {
    this.#isOver = true;
    this.#cancelBookmark();
    this.#cancelStall();
    for (const end of this.#endings.splice(0)) end();
  }
}

function statusOf(error: unknown): Status {
  return (error instanceof StatusError ? error : internalError(error)).status;
}

const nothing = (): void => undefined;

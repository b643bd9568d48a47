import type { ServerResponse } from 'node:http';
import type { Clock } from '../../cluster/clock.ts';

/** How many bytes may wait to be sent, besides what is needed for everything twice over. */
const LEAST_BACKLOG = 1 << 20;

/** For how long a reader may take nothing, in milliseconds, before it is given up. */
const PATIENCE = 30_000;

/** The part of a response that a stream needs. */
export type StreamResponse = Pick<
  ServerResponse,
  'write' | 'end' | 'destroy' | 'on' | 'writableLength' | 'writableNeedDrain'
>;

export interface EventStreamOptions {
  readonly response: StreamResponse;
  readonly clock: Clock;
  /** Everything as it is now, as an event. */
  readonly everything: () => string;
}

/**
 * Server-Sent Events to one reader. One that does not keep up is sent no more changes, and when it has caught up, everything as it is
 * then; one that takes nothing at all is given up. So what waits to be sent is bounded.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  #backlog = LEAST_BACKLOG;
  /** Stops the clock that runs while the reader is behind; undefined: it is not. */
  #caughtUp: (() => void) | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    options.response.on('drain', () => {
      if (this.#caughtUp !== undefined) this.begin();
    });
    options.response.on('close', () => {
      this.#caughtUp?.();
    });
  }

  /** Sends everything. */
  begin(): void {
    this.#caughtUp?.();
    this.#caughtUp = undefined;
    const text = this.#options.everything();
    this.#backlog = Math.max(LEAST_BACKLOG, 2 * text.length);
    this.#options.response.write(text);
  }

  /** Sends an event, or nothing if the reader is behind. */
  send(text: string): void {
    if (this.#caughtUp !== undefined) return;
    const { response, clock } = this.#options;
    if (response.writableLength <= this.#backlog) {
      response.write(text);
      return;
    }
    this.#caughtUp = clock.after(PATIENCE, () => {
      response.destroy();
    });
  }

  end(): void {
    this.#caughtUp?.();
    this.#options.response.end();
  }
}

/** An event, as it goes over the wire. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Says nothing, but that the connection lives. */
export const HEARTBEAT = ': \n\n';

import type { Clock } from '../../cluster/clock.ts';
import type { FleetChange } from '../wire.ts';
import { EventStream, eventText, HEARTBEAT, type StreamResponse } from './event-stream.ts';
import type { FleetFeed } from './feed.ts';

/** More readers than people look at one rollout. */
const MOST_STREAMS = 32;

/** Milliseconds between two signs of life: proxies close what is silent for a minute. */
const BETWEEN_HEARTBEATS = 15_000;

export interface EventHubOptions {
  readonly feed: FleetFeed;
  readonly clock: Clock;
}

/** All readers of the events: each change is written out once, for all of them. */
export class EventHub {
  readonly #options: EventHubOptions;
  readonly #streams = new Set<EventStream>();
  #unsubscribe: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;

  constructor(options: EventHubOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#streams.size >= MOST_STREAMS;
  }

  /**
   * Begins to send events to a reader, with everything as it is now first. Only while this process leads.
   *
   * @returns ends it
   */
  add(response: StreamResponse): () => void {
    const { feed, clock } = this.#options;
    const everything = (): string => eventText('fleet', feed.snapshot() ?? {});
    const stream = new EventStream({ response, clock, everything });
    this.#streams.add(stream);
    this.#unsubscribe ??= feed.subscribe({
      changed: (change) => {
        this.#send(change);
      },
      ended: () => {
        this.close();
      },
    });
    response.on('close', () => {
      this.#remove(stream);
    });
    stream.begin();
    this.#beat();
    return () => {
      stream.end();
      this.#remove(stream);
    };
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
    this.#rest();
  }

  #send(change: FleetChange): void {
    const text = eventText('change', change);
    for (const stream of this.#streams) stream.send(text);
  }

  #remove(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#rest();
  }

  /** With nobody there, nothing is to be done. */
  #rest(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = undefined;
  }

  #beat(): void {
    this.#cancelHeartbeat ??= this.#options.clock.after(BETWEEN_HEARTBEATS, () => {
      this.#cancelHeartbeat = undefined;
      for (const stream of this.#streams) stream.send(HEARTBEAT);
      if (this.#streams.size > 0) this.#beat();
    });
  }
}

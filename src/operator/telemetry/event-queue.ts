import type { Logger } from './log.ts';

export interface EventQueueOptions<T> {
  readonly log: Logger;
  /** Must not reject. */
  readonly write: (item: T) => Promise<void>;
  /** Called for an item that had to make room. */
  readonly dropped: (item: T) => void;
}

const MOST_WAITING = 1_000;
const MOST_AT_ONCE = 4;

/**
 * First in, first written, a few at once. It holds only so many: when more come than can be written, the oldest give way, because
 * the newest say how things are now.
 */
export class EventQueue<T> {
  readonly #options: EventQueueOptions<T>;
  // A Set keeps the order of insertion and gives up its oldest without moving the others.
  readonly #waiting = new Set<T>();
  #writing = 0;
  #dropped = 0;
  #wakeIdle: (() => void)[] = [];

  constructor(options: EventQueueOptions<T>) {
    this.#options = options;
  }

  add(item: T): void {
    if (this.#waiting.size >= MOST_WAITING) {
      this.#drop();
    }
    this.#waiting.add(item);
    this.#next();
  }

  /** Resolves once nothing waits and nothing is being written. */
  idle(): Promise<void> {
    if (this.#writing === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wakeIdle.push(resolve);
    });
  }

  #drop(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    this.#options.dropped(oldest);
    if (this.#dropped === 0) {
      this.#options.log.warn(
        { waiting: MOST_WAITING },
        'more events than can be written: the oldest are dropped',
      );
    }
    this.#dropped += 1;
  }

  #next(): void {
    if (this.#writing >= MOST_AT_ONCE) return;
    const [item] = this.#waiting;
    if (item === undefined) {
      this.#rest();
      return;
    }
    this.#waiting.delete(item);
    this.#writing += 1;
    void this.#options.write(item).finally(() => {
      this.#writing -= 1;
      this.#next();
    });
  }

  #rest(): void {
    if (this.#writing > 0) return;
    if (this.#dropped > 0) {
      this.#options.log.warn({ dropped: this.#dropped }, 'events can be written in time again');
      this.#dropped = 0;
    }
    const wake = this.#wakeIdle;
    this.#wakeIdle = [];
    for (const resolve of wake) resolve();
  }
}

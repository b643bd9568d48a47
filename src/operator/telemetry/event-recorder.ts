import { randomBytes } from 'node:crypto';
import { sleep } from '../../cluster/clock.ts';
import type { Clock } from '../../cluster/clock.ts';
import { hasCode } from '../../cluster/errors.ts';
import type { Cluster } from '../../cluster/port.ts';
import { EventMemory, eventKey } from './event-memory.ts';
import type { RememberedEvent } from './event-memory.ts';
import { EVENT_TYPE, eventName, eventNamespace, eventObject, eventTime, shorten } from './event-object.ts';
import type { EventRecord, EventSource } from './event-object.ts';
import { EventQueue } from './event-queue.ts';
import type { Logger } from './log.ts';

export interface EventRecorderOptions extends EventSource {
  readonly cluster: Pick<Cluster, 'create' | 'patch'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes event names unique; random unless given. */
  readonly uniqueSuffix?: () => string;
}

/** Tells people what happens, as Kubernetes Events: what `kubectl describe` and `kubectl events` show. */
export interface EventRecorder {
  /** Never waits and never throws: an event that cannot be written is lost, and the work goes on. */
  record(record: EventRecord): void;
  /** Resolves when all that was recorded is written, or given up, at the latest after `timeout` milliseconds. Nothing is written after it. */
  flush(timeout: number): Promise<void>;
}

/** Something that happens again within this time, in milliseconds, is counted on the event that exists. */
const REPEAT_WINDOW = 10 * 60_000;
/** Something that happens again this soon, in milliseconds, is counted without a write: the next write carries it. */
const QUIET_TIME = 5_000;
const REMEMBERED = 4_096;
const ATTEMPTS = 4;
const FIRST_RETRY_DELAY = 500;

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { cluster, clock, log } = options;
  const uniqueSuffix = options.uniqueSuffix ?? (() => randomBytes(8).toString('hex'));
  const memory = new EventMemory(REMEMBERED);
  const stop = new AbortController();
  const queue = new EventQueue<RememberedEvent>({
    log,
    write: writeInTheEnd,
    dropped: (event) => {
      event.queued = false;
      if (event.writtenAt === undefined) memory.forget(event);
    },
  });
  // One word when events begin to get lost and one when they no longer do, not one for each.
  let failing = false;

  function record(news: EventRecord): void {
    if (stop.signal.aborted) return;
    const happened = { ...news, message: shorten(news.message) };
    const event = recall(happened) ?? begin(happened);
    const quiet = event.writtenAt !== undefined && clock.monotonic() - event.writtenAt < QUIET_TIME;
    if (!event.queued && !quiet) {
      event.queued = true;
      queue.add(event);
    }
  }

  function recall(happened: EventRecord): RememberedEvent | undefined {
    const event = memory.get(eventKey(happened));
    const expired = event?.writtenAt !== undefined && clock.monotonic() - event.writtenAt > REPEAT_WINDOW;
    if (event === undefined || expired) return undefined;
    event.count += 1;
    event.last = clock.now();
    return event;
  }

  function begin(happened: EventRecord): RememberedEvent {
    const now = clock.now();
    const event: RememberedEvent = {
      key: eventKey(happened),
      record: happened,
      name: eventName(happened.regarding, uniqueSuffix()),
      first: now,
      last: now,
      count: 1,
      writtenAt: undefined,
      queued: false,
    };
    memory.remember(event);
    return event;
  }

  async function writeInTheEnd(event: RememberedEvent): Promise<void> {
    for (let attempt = 1; !stop.signal.aborted; attempt += 1) {
      try {
        await write(event);
        event.queued = false;
        succeeded();
        return;
      } catch (error) {
        if (attempt >= ATTEMPTS || !isTransient(error)) {
          failed(event, error);
          return;
        }
      }
      await sleep(clock, FIRST_RETRY_DELAY * 2 ** (attempt - 1), stop.signal);
    }
  }

  async function write(event: RememberedEvent): Promise<void> {
    if (event.writtenAt === undefined || !(await countOn(event))) {
      await create(event);
    }
    event.writtenAt = clock.monotonic();
  }

  /** False if the event is no longer in the cluster: they are kept for an hour or so. */
  async function countOn(event: RememberedEvent): Promise<boolean> {
    const ref = { name: event.name, namespace: eventNamespace(event.record.regarding) };
    try {
      await cluster.patch(
        EVENT_TYPE,
        ref,
        [
          { op: 'replace', path: '/count', value: event.count },
          { op: 'replace', path: '/lastTimestamp', value: eventTime(event.last) },
        ],
        { signal: stop.signal },
      );
      return true;
    } catch (error) {
      if (hasCode(error, 'not-found')) return false;
      throw error;
    }
  }

  async function create(event: RememberedEvent): Promise<void> {
    try {
      await cluster.create(EVENT_TYPE, eventObject(event.name, event.record, options, event), {
        signal: stop.signal,
      });
    } catch (error) {
      // The name is ours alone: an earlier attempt, whose answer was lost, did it.
      if (!hasCode(error, 'already-exists')) throw error;
    }
  }

  function succeeded(): void {
    if (failing) log.info({}, 'events can be written again');
    failing = false;
  }

  function failed(event: RememberedEvent, error: unknown): void {
    event.queued = false;
    memory.forget(event);
    if (stop.signal.aborted) return;
    const fields = { error, regarding: event.record.regarding, reason: event.record.reason };
    if (failing) {
      log.debug(fields, 'event lost');
    } else {
      log.warn(fields, 'events cannot be written: they are lost until they can');
    }
    failing = true;
  }

  return {
    record,
    flush: async (timeout) => {
      await Promise.race([queue.idle(), sleep(clock, timeout, stop.signal)]);
      stop.abort();
    },
  };
}

function isTransient(error: unknown): boolean {
  return hasCode(error, 'too-many-requests', 'timeout', 'connection', 'server', 'malformed');
}

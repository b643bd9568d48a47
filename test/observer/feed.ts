import { setTimeout as sleep } from 'node:timers/promises';
import { passes, Refusal, type Reader } from './api.ts';
import { missedBetween, momentOf, type Moment } from './gap.ts';
import { currentVersion, listAt, versionsAt, watchPath } from './lists.ts';
import type { Resource } from './resources.ts';
import type { ObservedEvent, Seen } from '../../src/invariants/seen.ts';
import type { RawObject } from '../../src/invariants/trim.ts';

interface RawWatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: RawObject & { readonly code?: number; readonly message?: string };
}

const RETRY_MS = 50;
const CATCH_UP_MS = 60_000;

/** Records all that happens to the objects of one kind, without a gap, or says that it could not. */
export class Feed {
  readonly events: ObservedEvent[] = [];
  /** The objects as they were heard of last, by UID. */
  readonly latest = new Map<string, Seen>();
  readonly #reader: Reader;
  readonly #resource: Resource;
  /** Each object's resourceVersion when the record began, by its UID. */
  readonly #initial = new Map<string, number>();
  readonly #stopping = new AbortController();
  #position = 0;
  #running: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor(reader: Reader, resource: Resource) {
    this.#reader = reader;
    this.#resource = resource;
  }

  /** Takes stock as of one resourceVersion, and follows what happens from there. */
  async start(rv: number): Promise<void> {
    this.#position = rv;
    const found = await this.#exists(() => listAt(this.#reader, this.#resource, rv));
    for (const raw of found ?? []) {
      this.#initial.set(raw.metadata.uid ?? '', Number(raw.metadata.resourceVersion));
      this.#record('existing', raw, rv);
    }
    this.#running = this.#follow().catch((error: unknown) => {
      this.#failure = new Error(`the record of ${this.#resource.path} has a gap`, { cause: error });
    });
  }

  /**
   * Waits until the record holds all that happened up to a resourceVersion, and proves it against a list of that version.
   *
   * @throws Error if it does not
   */
  async settle(rv: number): Promise<void> {
    const wanted = await this.#exists(() => versionsAt(this.#reader, this.#resource, rv));
    const deadline = Date.now() + CATCH_UP_MS;
    while (!sameVersions(this.#versionsAt(rv), wanted ?? new Map())) {
      if (this.#failure !== undefined) throw this.#failure;
      if (Date.now() > deadline)
        throw new Error(`the record of ${this.#resource.path} did not come up to ${rv}`);
      await sleep(RETRY_MS);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #follow(): Promise<void> {
    let forgotten = false;
    while (!this.#isStopped()) {
      const before = this.#mayNotExist() ? await currentVersion(this.#reader).catch(() => 0) : 0;
      try {
        if (forgotten) await this.#replay();
        forgotten = false;
        await this.#watch();
      } catch (error) {
        if (this.#isStopped()) return;
        forgotten = error instanceof Refusal && error.status === 410;
        if (error instanceof Refusal && !forgotten) this.#accept(error, before);
      }
      await sleep(RETRY_MS);
    }
  }

  async #watch(): Promise<void> {
    const path = watchPath(this.#resource, this.#position);
    for await (const event of this.#reader.stream(path, this.#stopping.signal))
      this.#take(event as RawWatchEvent);
  }

  /** A server that started anew no longer tells what was before; its store still holds it. */
  async #replay(): Promise<void> {
    const readAt = async (rv: number): Promise<Moment> =>
      momentOf(rv, await listAt(this.#reader, this.#resource, rv));
    const now = await readAt(await currentVersion(this.#reader));
    const last = await readAt(this.#position);
    for await (const missed of missedBetween(last, now, readAt)) {
      if (missed.type === 'gone') this.#recordGone(missed.uid, missed.rv);
      else this.#record('changed', missed.object, missed.rv);
      this.#position = missed.rv;
    }
    this.#position = now.rv;
  }

  #take({ type, object }: RawWatchEvent): void {
    if (type === 'ERROR')
      throw new Refusal(`watch ${this.#resource.path}`, object.code ?? 500, object.message ?? '');
    const rv = Number(object.metadata.resourceVersion);
    if (rv <= this.#position) return;
    this.#position = rv;
    if (type !== 'BOOKMARK') this.#record(type === 'DELETED' ? 'gone' : 'changed', object, rv);
  }

  #record(type: ObservedEvent['type'], raw: RawObject, rv: number): void {
    const object = this.#resource.seen(raw);
    this.events.push({ rv, time: Date.now(), type, object });
    if (type === 'gone') this.latest.delete(object.uid);
    else this.latest.set(object.uid, object);
  }

  #recordGone(uid: string, rv: number): void {
    const object = this.latest.get(uid);
    if (object === undefined) return;
    this.events.push({ rv, time: Date.now(), type: 'gone', object });
    this.latest.delete(uid);
  }

  /**
   * Goes on after a refusal that passes by itself, a kind that is not installed yet among them.
   *
   * @param before a resourceVersion from before the call: as long as there is no such kind, nothing can have been missed
   */
  #accept(refusal: Refusal, before: number): void {
    if (refusal.status === 404 && this.#mayNotExist()) this.#position = Math.max(this.#position, before);
    else if (!passes(refusal)) throw refusal;
  }

  #mayNotExist(): boolean {
    return this.#resource.optional === true && this.latest.size === 0;
  }

  #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #versionsAt(rv: number): Map<string, number> {
    const versions = new Map(this.#initial);
    for (const event of this.events) {
      if (event.rv > rv || event.type === 'existing') continue;
      if (event.type === 'gone') versions.delete(event.object.uid);
      else versions.set(event.object.uid, event.rv);
    }
    return versions;
  }

  async #exists<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof Refusal && error.status === 404 && this.#resource.optional === true)
        return undefined;
      throw error;
    }
  }
}

function sameVersions(recorded: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): boolean {
  return recorded.size === wanted.size && [...wanted].every(([uid, rv]) => recorded.get(uid) === rv);
}

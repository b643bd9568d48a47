import { sleep, type Clock } from '../../cluster/clock.ts';
import { hasCode } from '../../cluster/errors.ts';
import type { Cluster } from '../../cluster/port.ts';
import { leases, type StoredLease } from '../resources/leases.ts';
import type { Logger } from '../telemetry/log.ts';
import { KnownVersions, type VersionedKind } from './known-versions.ts';
import type { LeaderWork, Leadership } from './leadership.ts';
import { leasePatch } from './lease-writes.ts';
import { formatReservation, narrowed, parseReservation, type Reservation } from './reservation.ts';
import { timedCall } from './timed-call.ts';

export interface TermOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  /** Which process this is. No two that live have the same. */
  readonly identity: string;
}

/** The write that took the Lease. */
export interface Taken {
  /** The Lease as it was answered. */
  readonly lease: StoredLease;
  /** When it was sent, on the monotonic clock. */
  readonly sentAt: number;
  /** What whoever held it before had on record. */
  readonly inherited: Reservation;
}

/** Milliseconds from one renewal to the next. */
const RENEW_EVERY = 2000;
/** Milliseconds after the last renewal that succeeded was sent; well before anybody else may take the Lease. */
const GIVE_UP_AFTER = 8000;
/** Milliseconds that one renewal may take. */
const CALL_TIMEOUT = 2500;
/** Milliseconds until a renewal that failed is made again. */
const RETRY_AFTER = 500;
/** Milliseconds that handing the Lease back may take. */
const RELEASE_TIMEOUT = 1000;

/**
 * One time of leading, from taking the Lease until it is handed back or lost: keeps it renewed, and knows at every moment whether it
 * still holds. Time is this machine's monotonic clock alone.
 */
export class Term implements Leadership {
  readonly isShared = true;
  readonly inherited: Reservation;
  readonly #options: TermOptions;
  readonly #taken: StoredLease;
  readonly #over = new AbortController();
  readonly #versions = new KnownVersions();
  #lease: StoredLease;
  #heldUntil: number;
  #reserved: Reservation;
  #work: LeaderWork | undefined;
  #stamps = 0;
  /** The renewal that is under way. */
  #writing: Promise<void> | undefined;
  #again = false;
  #cancelNext: () => void = () => undefined;
  #cancelDeadline: () => void = () => undefined;

  constructor(options: TermOptions, { lease, sentAt, inherited }: Taken) {
    this.#options = options;
    this.inherited = inherited;
    this.#taken = lease;
    this.#lease = lease;
    this.#reserved = parseReservation(lease.reserved);
    this.#heldUntil = sentAt + GIVE_UP_AFTER;
    this.#later(RENEW_EVERY);
    this.#expectDeadline();
  }

  /** Aborts when this process leads no more. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether this process leads at this very moment. One that has slept for too long finds out here, and not by a timer. */
  isHeld(): boolean {
    if (!this.#isOver() && this.#options.clock.monotonic() >= this.#heldUntil)
      this.#lose({ why: 'not renewed in time' });
    return !this.#isOver();
  }

  isReserved(node: string): boolean {
    return this.#reserved.has(node);
  }

  note(kind: VersionedKind, resourceVersion: string): void {
    this.#versions.note(kind, resourceVersion);
  }

  isProven(kind: VersionedKind, resourceVersion: string): boolean {
    this.#versions.note(kind, resourceVersion);
    return this.#versions.has(kind, resourceVersion);
  }

  stamp(): string {
    this.#stamps += 1;
    return `${this.#mark}${this.#stamps}`;
  }

  isOwn(stamp: string | undefined): boolean {
    return stamp?.startsWith(this.#mark) === true;
  }

  serve(work: LeaderWork): void {
    this.#work = work;
  }

  renew(): void {
    if (this.#writing === undefined) this.#write();
    else this.#again = true;
  }

  /** Hands the Lease back, so that another process can lead at once. What is being started stays on record. Never rejects. */
  async release(): Promise<void> {
    if (!this.isHeld()) return;
    this.#end();
    const given = new AbortController();
    await Promise.race([
      this.#handBack().catch((error: unknown) => {
        this.#options.log.warn({ error }, 'lease not handed back: it runs out by itself');
      }),
      sleep(this.#options.clock, RELEASE_TIMEOUT, given.signal),
    ]);
    given.abort();
  }

  /** No other write has ever had, or will ever have, this resourceVersion: whatever bears it is of this time of leading. */
  get #mark(): string {
    return `${this.#options.identity}/${this.#taken.resourceVersion}.`;
  }

  #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #later(delay: number): void {
    this.#cancelNext = this.#options.clock.after(delay, () => {
      this.#write();
    });
  }

  #expectDeadline(): void {
    const { clock } = this.#options;
    this.#cancelDeadline = clock.after(this.#heldUntil - clock.monotonic(), () => {
      if (this.isHeld()) this.#expectDeadline();
    });
  }

  #write(): void {
    if (!this.isHeld()) return;
    this.#cancelNext();
    this.#again = false;
    this.#writing = this.#renewOnce().then((retryIn) => {
      this.#writing = undefined;
      if (this.#isOver()) return;
      if (this.#again) this.#write();
      else this.#later(retryIn);
    });
  }

  /** In how many milliseconds to write again. */
  async #renewOnce(): Promise<number> {
    const { clock } = this.#options;
    const sentAt = clock.monotonic();
    const text = this.#reservation();
    const reserved = parseReservation(text);
    // As long as it is not known which of the two is on record, only what is in both counts.
    this.#reserved = narrowed(this.#reserved, reserved);
    const proven = this.#versions.prove();
    try {
      this.#lease = await this.#say(this.#options.identity, text);
    } catch (error) {
      return await this.#failed(error);
    }
    this.#heldUntil = Math.max(this.#heldUntil, sentAt + GIVE_UP_AFTER);
    if (!this.isHeld()) return RENEW_EVERY;
    this.#reserved = reserved;
    proven();
    this.#work?.renewed();
    return Math.max(0, sentAt + RENEW_EVERY - clock.monotonic());
  }

  /** What is to stand on the Lease; as it is until the work has begun and knows better. */
  #reservation(): string | undefined {
    const work = this.#work;
    if (work === undefined) return this.#lease.reserved;
    return formatReservation([...new Set([...work.starting(), ...work.upcoming()])]);
  }

  async #say(holder: string, reserved: string | undefined): Promise<StoredLease> {
    const { cluster, clock } = this.#options;
    const { acquireTime, transitions } = this.#taken;
    const record = { holder, renewed: clock.now(), acquireTime, transitions, reserved };
    return await timedCall({ clock, timeout: CALL_TIMEOUT }, (signal) =>
      cluster.patch(leases, this.#lease, leasePatch(this.#lease, record), { signal }),
    );
  }

  async #failed(error: unknown): Promise<number> {
    const { log } = this.#options;
    if (this.#isOver()) return RETRY_AFTER;
    if (hasCode(error, 'not-found')) {
      this.#lose({ why: 'the Lease is gone' });
    } else if (hasCode(error, 'precondition-failed', 'conflict')) {
      return await this.#lookAgain();
    } else {
      log.warn({ error, retryInMs: RETRY_AFTER }, 'lease not renewed: trying again');
    }
    return RETRY_AFTER;
  }

  /** Somebody has written the Lease: another leader, a person, or this process itself, by a renewal whose answer was lost. */
  async #lookAgain(): Promise<number> {
    const { cluster, clock, log } = this.#options;
    try {
      const lease = await timedCall({ clock, timeout: CALL_TIMEOUT }, (signal) =>
        cluster.get(leases, this.#lease, { signal }),
      );
      if (!this.#isOfThisTerm(lease)) {
        this.#lose({ why: 'another one leads', leader: lease.holder });
      } else if (lease.resourceVersion !== this.#lease.resourceVersion) {
        this.#lease = lease;
        return 0;
      }
    } catch (error) {
      if (hasCode(error, 'not-found')) this.#lose({ why: 'the Lease is gone' });
      else log.warn({ error, retryInMs: RETRY_AFTER }, 'lease not renewed: trying again');
    }
    return RETRY_AFTER;
  }

  #isOfThisTerm({ uid, holder, acquireTime, transitions }: StoredLease): boolean {
    const taken = this.#taken;
    return (
      uid === taken.uid &&
      holder === taken.holder &&
      acquireTime === taken.acquireTime &&
      transitions === taken.transitions
    );
  }

  async #handBack(): Promise<void> {
    await this.#writing;
    const starting = formatReservation(this.#work?.starting() ?? []);
    const reserved = this.#work === undefined ? this.#lease.reserved : starting;
    await this.#say('', reserved);
    this.#options.log.info({}, 'lead handed over');
  }

  #lose(fields: { readonly why: string; readonly leader?: string | undefined }): void {
    if (this.#isOver()) return;
    this.#end();
    this.#options.log.info(fields, 'leads no more');
  }

  #end(): void {
    this.#cancelNext();
    this.#cancelDeadline();
    this.#over.abort();
  }
}

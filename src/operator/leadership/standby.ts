import { Backoff } from '../../cluster/backoff.ts';
import { sleep } from '../../cluster/clock.ts';
import { hasCode } from '../../cluster/errors.ts';
import { LEASE_NAME } from '../../contract/keys.ts';
import type { Observer } from '../observer.ts';
import { leases, type StoredLease } from '../resources/leases.ts';
import { leasePatch, microTime, newLease, type LeaseRecord } from './lease-writes.ts';
import { LeaseWatch } from './lease-watch.ts';
import { ANY_NODE, formatReservation, parseReservation } from './reservation.ts';
import { Term, type Taken, type TermOptions } from './term.ts';
import { tiedTo } from './tied-signal.ts';
import { timedCall } from './timed-call.ts';

export interface StandbyOptions extends TermOptions {
  readonly namespace: string;
  /** Uniform in [0, 1): spreads retries. */
  readonly random: () => number;
  readonly observer?: Pick<Observer, 'standsBy'>;
}

/** A watch that has been silent for as long as this, in milliseconds, is not relied on: a leader is heard of every two seconds. */
const SILENCE = 2500;
/** Milliseconds that taking the Lease may take. */
const CALL_TIMEOUT = 2500;
const RETRIES = { first: 250, longest: 4000 };

/** Waits for its turn to lead: for the Lease to be free, or its holder to have fallen silent for as long as it is valid. */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #watch: LeaseWatch;
  readonly #backoff: Backoff;
  #leader: string | undefined;

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#watch = new LeaseWatch(options);
    this.#backoff = new Backoff(RETRIES, options.random);
  }

  /** When anything was last heard of the Lease, on the monotonic clock; undefined: never. */
  get heardAt(): number | undefined {
    return this.#watch.heardAt;
  }

  /** Waits until this process leads. To be called once. Undefined: the signal has aborted. */
  async lead(signal: AbortSignal): Promise<Term | undefined> {
    const end = tiedTo(signal);
    void this.#watch.run(end.signal);
    try {
      while (!signal.aborted) {
        const term = await this.#try(signal);
        if (term !== undefined) return term;
      }
      return undefined;
    } finally {
      end.untie();
      end.abort();
    }
  }

  /** Takes the Lease if it can be had, or waits until something has changed. */
  async #try(signal: AbortSignal): Promise<Term | undefined> {
    const { clock, log } = this.#options;
    try {
      if (this.#isSilent()) await this.#watch.look(signal);
      this.#tellLeader();
      if (this.#isFree()) return new Term(this.#options, await this.#take(signal));
    } catch (error) {
      if (signal.aborted) return undefined;
      const retryInMs = Math.round(this.#backoff.next());
      if (hasCode(error, 'precondition-failed', 'conflict', 'already-exists', 'not-found'))
        log.debug({ error, retryInMs }, 'another was quicker to take the lease');
      else log.warn({ error, retryInMs }, 'lease cannot be read or taken: trying again');
      await sleep(clock, retryInMs, signal);
      return undefined;
    }
    this.#backoff.reset();
    await this.#untilChanged(signal);
    return undefined;
  }

  #isSilent(): boolean {
    const { heardAt } = this.#watch;
    return heardAt === undefined || this.#options.clock.monotonic() - heardAt >= SILENCE;
  }

  /** One that this process held before it was restarted is its own still: its identity is nobody else's. */
  #isFree(): boolean {
    const { holder } = this.#watch.lease ?? {};
    return (
      holder === undefined ||
      holder === this.#options.identity ||
      this.#options.clock.monotonic() >= this.#watch.runsOutAt
    );
  }

  async #untilChanged(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const now = clock.monotonic();
    const look = (this.#watch.heardAt ?? now) + SILENCE;
    const over = tiedTo(signal);
    const wait = Math.max(0, Math.min(look, this.#watch.runsOutAt) - now);
    await Promise.race([this.#watch.change(), sleep(clock, wait, over.signal)]);
    over.untie();
    over.abort();
  }

  async #take(signal: AbortSignal): Promise<Taken> {
    const { cluster, clock, namespace } = this.#options;
    const before = this.#watch.lease;
    const sentAt = clock.monotonic();
    const record = this.#claim(before);
    const lease = await timedCall({ clock, timeout: CALL_TIMEOUT, signal }, (limited) =>
      before === undefined
        ? cluster.create(leases, newLease(namespace, record), { signal: limited })
        : cluster.patch(leases, { name: LEASE_NAME, namespace }, leasePatch(before, record), {
            signal: limited,
          }),
    );
    this.#leader = undefined;
    return { lease, sentAt, inherited: parseReservation(record.reserved) };
  }

  /** What whoever led before had on record stays there until this process knows better. */
  #claim(before: StoredLease | undefined): LeaseRecord {
    const { clock, identity } = this.#options;
    const now = clock.now();
    return {
      holder: identity,
      renewed: now,
      acquireTime: microTime(now),
      transitions: before === undefined ? 0 : before.transitions + 1,
      // Where the Lease is gone, so is the record.
      reserved: before === undefined ? formatReservation([ANY_NODE]) : before.reserved,
    };
  }

  #tellLeader(): void {
    const { holder } = this.#watch.lease ?? {};
    if (holder === undefined || holder === this.#options.identity || holder === this.#leader) return;
    this.#leader = holder;
    this.#options.observer?.standsBy(holder);
    this.#options.log.info({ leader: holder }, 'standing by');
  }
}

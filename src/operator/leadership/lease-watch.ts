import { Backoff } from '../../cluster/backoff.ts';
import { sleep, type Clock } from '../../cluster/clock.ts';
import { ApiError, hasCode } from '../../cluster/errors.ts';
import type { Cluster } from '../../cluster/port.ts';
import { compareResourceVersions } from '../../cluster/resource-version.ts';
import { LEASE_NAME } from '../../contract/keys.ts';
import { leases, type StoredLease } from '../resources/leases.ts';
import type { Logger } from '../telemetry/log.ts';
import { LEASE_SECONDS } from './lease-writes.ts';
import { timedCall } from './timed-call.ts';

export interface LeaseWatchOptions {
  readonly cluster: Pick<Cluster, 'get' | 'watch'>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly namespace: string;
}

/** Milliseconds that one look may take. */
const CALL_TIMEOUT = 2500;
const RETRIES = { first: 250, longest: 4000 };
/** Nobody is waited for longer than this, in seconds, whatever their Lease says. */
const LONGEST_LEASE_SECONDS = 60;

/** What a process that does not lead knows of the Lease, and since when, by its own monotonic clock alone. */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  /** Undefined: there is none, or nothing is known yet. */
  #lease: StoredLease | undefined;
  #heardAt: number | undefined;
  /** When the holder was last seen to have said something. */
  #changedAt = 0;
  #onChange: () => void = () => undefined;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
  }

  get lease(): StoredLease | undefined {
    return this.#lease;
  }

  /** When anything was last heard of the Lease, on the monotonic clock; undefined: never. */
  get heardAt(): number | undefined {
    return this.#heardAt;
  }

  /** When the Lease has run out if nothing is heard of its holder until then, on the monotonic clock. */
  get runsOutAt(): number {
    const { durationSeconds = 0 } = this.#lease ?? {};
    const sane = durationSeconds > 0 && durationSeconds <= LONGEST_LEASE_SECONDS;
    return this.#changedAt + (sane ? durationSeconds : LEASE_SECONDS) * 1000;
  }

  /** Resolves at the next change. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve;
    });
  }

  /** Watches until the signal aborts. A watch that breaks off is begun again. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    const backoff = new Backoff(RETRIES, random);
    while (!signal.aborted) {
      await this.#follow(signal, backoff);
      await sleep(clock, backoff.next(), signal);
    }
  }

  async #follow(signal: AbortSignal, backoff: Backoff): Promise<void> {
    const { cluster, log, namespace } = this.#options;
    const query = { namespace, fieldSelector: `metadata.name=${LEASE_NAME}`, initialEvents: true };
    try {
      for await (const event of cluster.watch(leases, query, { signal })) {
        backoff.reset();
        if (event.type === 'bookmark') this.#heard();
        else if (event.type === 'deleted') this.#gone(event.object);
        else this.observe(event.object);
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      log.debug({ error }, 'watch of the lease has ended');
    }
  }

  /**
   * Reads the Lease now.
   *
   * @throws ApiError if it cannot be read
   */
  async look(signal: AbortSignal): Promise<void> {
    const { cluster, clock, namespace } = this.#options;
    try {
      const lease = await timedCall({ clock, timeout: CALL_TIMEOUT, signal }, (limited) =>
        cluster.get(leases, { name: LEASE_NAME, namespace }, { signal: limited }),
      );
      this.observe(lease);
    } catch (error) {
      if (!hasCode(error, 'not-found')) throw error;
      this.#gone(this.#lease);
    }
  }

  /** Takes a Lease that was read, or that a write was answered with. */
  observe(lease: StoredLease): void {
    this.#heard();
    const before = this.#lease;
    if (before !== undefined && !isNewer(lease, before)) return;
    this.#lease = lease;
    // What others write into it, labels say, is no sign of its holder.
    if (before?.uid !== lease.uid || before.record !== lease.record) this.#changed();
  }

  #gone(last: StoredLease | undefined): void {
    this.#heard();
    const before = this.#lease;
    if (before === undefined || (last !== undefined && isNewer(before, last))) return;
    this.#lease = undefined;
    this.#changed();
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
  }

  #changed(): void {
    this.#changedAt = this.#options.clock.monotonic();
    this.#onChange();
  }
}

function isNewer(a: StoredLease, b: StoredLease): boolean {
  return compareResourceVersions(a.resourceVersion, b.resourceVersion) > 0;
}

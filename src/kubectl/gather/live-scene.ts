import { onAbort } from '../../cluster/abort.ts';
import { Informer } from '../../cluster/informer.ts';
import { ApiError } from '../../cluster/errors.ts';
import type { Query, ResourceType, Stored } from '../../cluster/port.ts';
import { daemonSets } from '../../operator/resources/daemonsets.ts';
import { policies } from '../../operator/resources/objects.ts';
import { seenDriverPods, seenLeases, seenNodes, seenRevisions } from './resources.ts';
import { LEASE_UNREAD, queries, type Access, type Scene } from './scene.ts';

/** A scene that is kept up to date by watches for as long as they run. */
export class LiveScene {
  readonly #access: Access;
  readonly #random: () => number;
  readonly #onTrouble: (error: ApiError) => void;
  /** What everything else depends on; the Lease only says who is at work. */
  readonly #needed: Informer<Stored>[] = [];
  readonly #nodes;
  readonly #pods;
  readonly #sets;
  readonly #revisions;
  readonly #policies;
  readonly #leases;
  #isLeaseKnown = false;
  #onChange: () => void = () => undefined;
  #trouble: (error: ApiError) => void;

  /** @param onTrouble told of what goes wrong once everything has been read, and is tried again */
  constructor(access: Access, random: () => number, onTrouble: (error: ApiError) => void) {
    const { driver, lease } = queries(access.namespace);
    this.#access = access;
    this.#random = random;
    this.#onTrouble = onTrouble;
    this.#trouble = onTrouble;
    this.#nodes = this.#need(seenNodes, {});
    this.#pods = this.#need(seenDriverPods, driver);
    this.#sets = this.#need(daemonSets, driver);
    this.#revisions = this.#need(seenRevisions, { namespace: access.namespace });
    this.#policies = this.#need(policies, {});
    this.#leases = this.#informer(seenLeases, lease, () => undefined);
  }

  /**
   * Begins to watch, until the signal aborts. Resolves when everything has been read.
   *
   * @throws ApiError if it cannot be read to begin with
   */
  async begin(): Promise<void> {
    const { signal } = this.#access;
    const failed = new Promise<never>((_, reject) => {
      this.#trouble = reject;
      const giveUp = (): void => {
        reject(new ApiError('aborted', 'The caller gave up'));
      };
      if (signal.aborted) giveUp();
      else onAbort(signal, giveUp);
    });
    for (const informer of [...this.#needed, this.#leases]) void informer.run(signal);
    void this.#leases.synced.then(() => {
      this.#isLeaseKnown = true;
    });
    await Promise.race([Promise.all(this.#needed.map((informer) => informer.synced)), failed]);
    this.#trouble = this.#onTrouble;
  }

  /** Calls back on the changes from here on; nobody else is called any more. */
  onChange(callback: () => void): void {
    this.#onChange = callback;
  }

  /** Everything as it is now. */
  get scene(): Scene {
    return {
      now: this.#access.clock.now(),
      nodes: [...this.#nodes.values()],
      driverPods: [...this.#pods.values()],
      daemonSets: [...this.#sets.values()],
      revisions: [...this.#revisions.values()],
      policies: [...this.#policies.values()],
      lease: [...this.#leases.values()][0],
      workloads: new Map(),
      unread: this.#isLeaseKnown ? [] : [LEASE_UNREAD],
    };
  }

  #need<T extends Stored>(type: ResourceType<T>, query: Query): Informer<T> {
    const informer = this.#informer(type, query, (error) => {
      this.#trouble(error);
    });
    this.#needed.push(informer as unknown as Informer<Stored>);
    return informer;
  }

  #informer<T extends Stored>(
    type: ResourceType<T>,
    query: Query,
    onTrouble: (error: ApiError) => void,
  ): Informer<T> {
    const { cluster, clock } = this.#access;
    const onChange = (): void => {
      this.#onChange();
    };
    return new Informer({ cluster, type, query, clock, random: this.#random, onChange, onTrouble });
  }
}

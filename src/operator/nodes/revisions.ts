import type { Clock } from '../../cluster/clock.ts';
import type { Cluster } from '../../cluster/port.ts';
import type { Logger } from '../telemetry/log.ts';
import { controllerRevisions, type StoredDaemonSet, type StoredRevision } from '../resources/daemonsets.ts';

export interface RevisionsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly daemonSets: { values(): Iterable<StoredDaemonSet> };
  /** Whether a DaemonSet, by its UID, may be another one by now: its newest revision cannot be known then. */
  readonly isUnanswered: (daemonSet: string) => boolean;
  /** The newest revision of a DaemonSet has become known. */
  readonly onKnown: (daemonSet: StoredDaemonSet) => void;
}

interface Known {
  readonly generation: number;
  readonly hash: string | undefined;
}

/**
 * The hash of each DaemonSet's newest ControllerRevision. The DaemonSet controller makes the revision before it reports a generation
 * as observed, so one list made after that report has it, and it holds until the next generation: no watch is needed.
 *
 * @see docs/contract.md, "Up to date"
 */
export class Revisions {
  readonly #options: RevisionsOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: RevisionsOptions) {
    this.#options = options;
  }

  /** The hash of the newest revision; undefined as long as it cannot be known. */
  of(daemonSet: StoredDaemonSet): string | undefined {
    if (this.#options.isUnanswered(daemonSet.uid)) return undefined;
    const known = this.#known.get(daemonSet.uid);
    return isObserved(daemonSet) && known?.generation === daemonSet.generation ? known.hash : undefined;
  }

  /** Takes note of a DaemonSet as it is now, and finds out its newest revision if that may have changed. */
  see(daemonSet: StoredDaemonSet): void {
    const known = this.#known.get(daemonSet.uid);
    if (!isObserved(daemonSet) || known?.generation === daemonSet.generation) return;
    this.#known.set(daemonSet.uid, { generation: daemonSet.generation, hash: undefined });
    this.#read(daemonSet).catch((error: unknown) => {
      // A newer generation may have been asked about, or answered, meanwhile.
      if (this.#known.get(daemonSet.uid)?.generation !== daemonSet.generation) return;
      this.#known.delete(daemonSet.uid);
      this.#tryAgain(daemonSet, error);
    });
  }

  #tryAgain({ name, uid }: StoredDaemonSet, error: unknown): void {
    const { clock, log, signal, daemonSets } = this.#options;
    if (signal.aborted) return;
    log.warn({ daemonSet: name, error, retryInMs: RETRY }, 'newest revision could not be read: trying again');
    clock.after(RETRY, () => {
      const now = [...daemonSets.values()].find((each) => each.uid === uid);
      if (now !== undefined && !signal.aborted) this.see(now);
    });
  }

  forget(uid: string): void {
    this.#known.delete(uid);
  }

  async #read(daemonSet: StoredDaemonSet): Promise<void> {
    const { uid, namespace = '', generation } = daemonSet;
    const { cluster, signal } = this.#options;
    const list = await cluster.list(controllerRevisions, { namespace }, { signal });
    const hash = newestRevision(list.items, uid)?.hash;
    if (hash === undefined) throw new Error(`DaemonSet ${daemonSet.name} has no ControllerRevision`);
    if (this.#known.get(uid)?.generation !== generation) return;
    this.#known.set(uid, { generation, hash });
    this.#options.onKnown(daemonSet);
  }
}

const RETRY = 1000;

/** Whether the DaemonSet controller has taken up the DaemonSet as it is: its newest revision is made by then. */
export function isObserved({ generation, observedGeneration }: StoredDaemonSet): boolean {
  return observedGeneration >= generation;
}

/** The newest of a DaemonSet's revisions; undefined: none is its own. */
export function newestRevision<T extends StoredRevision>(
  revisions: readonly T[],
  daemonSet: string,
): T | undefined {
  return revisions
    .filter(({ owners }) => owners.includes(daemonSet))
    .reduce<T | undefined>(
      (best, each) => (best === undefined || each.revision > best.revision ? each : best),
      undefined,
    );
}

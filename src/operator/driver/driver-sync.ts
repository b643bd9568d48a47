import type { Clock } from '../../cluster/clock.ts';
import { ApiError, hasCode } from '../../cluster/errors.ts';
import type { Cluster } from '../../cluster/port.ts';
import type { Policy } from '../../contract/policy.ts';
import {
  covers,
  renderDriverObjects,
  type ConfigMapKeys,
  type DriverObjects,
  type Pool,
} from '../../driver/index.ts';
import { controllerOf, lookUp, type ApiObject } from '../../kubernetes/objects.ts';
import type { Logger } from '../telemetry/log.ts';
import type { LiveObject, Shelf, Shelves } from './driver-objects.ts';

export interface DriverSyncOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly namespace: string;
  /** The image that the driver pods' init container runs. */
  readonly initImage: string;
  readonly shelves: Shelves;
  /** The policy that counts; undefined: there is none that can be used, and everything is left as it is. */
  readonly policy: () => Policy | undefined;
  readonly pools: () => readonly Pool[];
  /** The keys of each ConfigMap in the namespace. */
  readonly configMaps: () => ConfigMapKeys;
  /** Whether a DaemonSet, by its UID, still has pods. */
  readonly hasPods: (daemonSet: string) => boolean;
  /** What a write made of an object, by its UID, is known again. */
  readonly onAnswered: (uid: string) => void;
  /** What is wrong with the driver's objects may have changed. */
  readonly onProblems: () => void;
}

/** So that a burst of changes (a hundred nodes that join) is answered once, in milliseconds. */
const SETTLE = 20;
const FIRST_RETRY = 500;
const LAST_RETRY = 30_000;

/**
 * Keeps the driver's objects as the policy and the nodes ask for: state-OFED. What is as it should be is not written.
 */
export class DriverSync {
  readonly #options: DriverSyncOptions;
  readonly #unanswered = new Set<string>();
  #problems: readonly string[] = [];
  #settled = false;
  #busy = false;
  #touched = false;
  #waitsForPods = false;
  #failures = 0;

  constructor(options: DriverSyncOptions) {
    this.#options = options;
  }

  /** What keeps the objects from being as they should be, for people. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Everything that should be there has been seen to be, or been written, since the last change. */
  get settled(): boolean {
    return this.#settled && !this.#touched && !this.#busy;
  }

  /** Whether an object may be another one by now than has been seen: a write to it has had no answer yet. */
  isUnanswered(uid: string): boolean {
    return this.#unanswered.has(uid);
  }

  /** A DaemonSet that nothing needs any more is kept until its pods have left. */
  get waitsForPods(): boolean {
    return this.#waitsForPods;
  }

  /** Something that the objects depend on may have changed. */
  touch(delay = SETTLE): void {
    this.#touched = true;
    if (this.#busy || this.#options.signal.aborted) return;
    this.#busy = true;
    this.#options.clock.after(delay, () => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const { log, signal, onProblems } = this.#options;
    this.#touched = false;
    let retryIn: number | undefined;
    try {
      this.#report(await this.#sync());
      this.#settled = true;
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      retryIn = Math.min(FIRST_RETRY * 2 ** this.#failures, LAST_RETRY);
      this.#failures += 1;
      this.#settled = false;
      log.warn({ error, retryInMs: retryIn }, 'the driver objects could not be written: trying again');
      this.#report([
        `The driver's objects could not be written: ${error instanceof Error ? error.message : String(error)}`,
      ]);
    }
    this.#busy = false;
    onProblems();
    if (retryIn !== undefined || this.#wasTouched()) this.touch(retryIn);
  }

  /** A method, for the compiler takes a field to be as it was before the wait. */
  #wasTouched(): boolean {
    return this.#touched;
  }

  #report(problems: readonly string[]): void {
    this.#problems = problems;
  }

  /** One pass; what is wrong with single pools. */
  async #sync(): Promise<readonly string[]> {
    const { policy: policyNow, namespace, initImage, shelves, pools, configMaps } = this.#options;
    const policy = policyNow();
    if (policy === undefined) return [];
    const rendered = renderDriverObjects({
      policy,
      namespace,
      operatorImage: initImage,
      pools: pools(),
      live: [...(shelves.get('DaemonSet')?.values() ?? [])].map(({ object }) => object),
      configMaps: configMaps(),
    });
    for (const object of rendered.objects) await this.#apply(object);
    await this.#removeOthers(rendered, policy);
    return rendered.problems.map(({ reason }) => reason);
  }

  async #apply(wanted: ApiObject): Promise<void> {
    const { cluster, log, signal } = this.#options;
    const shelf = this.#shelf(wanted.kind);
    const live = shelf.get(wanted.metadata);
    if (live !== undefined && covers(live.object, wanted) && !this.isUnanswered(live.uid)) return;
    const write = async (): Promise<void> => {
      shelf.observe(await cluster.apply(shelf.type, wanted, { signal }));
    };
    await (live === undefined ? write() : this.#change(live, write));
    log.info(
      { kind: wanted.kind, name: wanted.metadata.name, created: live === undefined },
      'driver object applied',
    );
  }

  /** Until the answer to a write has come, or if it never comes, nobody knows what the object is. */
  async #change(live: LiveObject, write: () => Promise<void>): Promise<void> {
    const wasUnanswered = this.isUnanswered(live.uid);
    this.#unanswered.add(live.uid);
    try {
      await write();
    } catch (error) {
      const isRefusal = error instanceof ApiError && error.details.maybeApplied !== true;
      if (isRefusal && !wasUnanswered) this.#answered(live);
      throw error;
    }
    this.#answered(live);
  }

  #answered({ uid }: LiveObject): void {
    this.#unanswered.delete(uid);
    this.#options.onAnswered(uid);
  }

  /** Takes away what the policy, or a pool that is no more, has left behind. What another policy owns is not touched. */
  async #removeOthers(rendered: DriverObjects, policy: Policy): Promise<void> {
    const wanted = new Set(rendered.objects.map((object) => `${object.kind}/${object.metadata.name}`));
    for (const { daemonSet } of rendered.problems)
      if (daemonSet !== undefined) wanted.add(`DaemonSet/${daemonSet}`);
    this.#waitsForPods = false;
    for (const [kind, shelf] of this.#options.shelves) {
      for (const live of [...shelf.values()]) {
        if (wanted.has(`${kind}/${live.name}`) || !isOurs(live, policy)) continue;
        if (this.#isStillUsed(live, policy)) this.#waitsForPods = true;
        else await this.#remove(shelf, live);
      }
    }
  }

  /**
   * A pool that has lost its last node may get it back: Node Feature Discovery takes its labels off nodes now and then. To delete a
   * DaemonSet is to unload the driver wherever it still runs, so it goes after its pods, not before.
   */
  #isStillUsed(live: LiveObject, policy: Policy): boolean {
    return policy.driver !== undefined && this.#options.hasPods(live.uid);
  }

  async #remove(shelf: Shelf, live: LiveObject): Promise<void> {
    const { cluster, log, signal } = this.#options;
    if (live.object.metadata.deletionTimestamp !== undefined) return;
    try {
      await cluster.delete(shelf.type, live, { uid: live.uid, propagation: 'Background', signal });
      log.info(
        { kind: shelf.type.kind, name: live.name },
        'driver object deleted: nothing needs it any more',
      );
    } catch (error) {
      if (!hasCode(error, 'not-found', 'conflict')) throw error;
    }
  }

  #shelf(kind: string): Shelf {
    const shelf = this.#options.shelves.get(kind);
    if (shelf === undefined) throw new ApiError('invalid', `No objects of kind ${kind} are kept`);
    return shelf;
  }
}

const OWNER_LABEL = 'ds-owner';

/** Owned by the policy, or made for a policy of its kind by another operator. */
function isOurs({ object }: LiveObject, policy: Policy): boolean {
  const owner = controllerOf(object.metadata);
  return owner === undefined
    ? lookUp(object.metadata.labels, OWNER_LABEL) === 'NicClusterPolicy'
    : owner.kind === 'NicClusterPolicy' && owner.uid === policy.uid;
}

import { onAbort } from '../../cluster/abort.ts';
import type { Clock } from '../../cluster/clock.ts';
import { Informer } from '../../cluster/informer.ts';
import type { Cluster } from '../../cluster/port.ts';
import type { EvictionAttempt, WorkloadPod, WorkloadView } from '../../upgrade/view.ts';
import { workloadPods, type StoredWorkloadPod } from '../resources/workload-pods.ts';

export interface WorkloadsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: () => number;
  /** What is known of the pods on a node has changed. */
  readonly onChange: (node: string) => void;
  /** Aborts every read. */
  readonly signal: AbortSignal;
}

interface Entry {
  /** Keeps the pods current, once it has been needed. */
  informer: Informer<StoredWorkloadPod> | undefined;
  synced: boolean;
  /** The last read in one go; used as long as the informer has nothing to say. */
  snapshot: readonly StoredWorkloadPod[] | undefined;
  asOf: number;
  /** How often what was read has become doubtful; a read during which that happens is not fresh either. */
  doubts: number;
  readonly evictions: Map<string, EvictionAttempt>;
  readonly stop: AbortController;
}

/**
 * The pods on the nodes that are being emptied, and on no others: memory follows the nodes in progress, not the pods in the cluster.
 */
export class Workloads {
  readonly #options: WorkloadsOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: WorkloadsOptions) {
    this.#options = options;
  }

  /** What is known of a node's pods; undefined if they have not been read, or are not needed. */
  view(node: string): WorkloadView | undefined {
    const entry = this.#entries.get(node);
    if (entry === undefined) return undefined;
    const pods = entry.synced && entry.informer !== undefined ? [...entry.informer.values()] : entry.snapshot;
    if (pods === undefined) return undefined;
    const withEvictions = (pod: StoredWorkloadPod): WorkloadPod => ({
      ...pod,
      eviction: entry.evictions.get(pod.uid),
    });
    return { pods: pods.map(withEvictions), asOf: entry.asOf };
  }

  /** Reads a node's pods and keeps them current from here on. Returns at once; `onChange` tells. */
  watch(node: string): void {
    const entry = this.#entry(node);
    if (entry.informer !== undefined) return;
    const { cluster, clock, random, onChange } = this.#options;
    const { doubts } = entry;
    const begun = clock.now();
    const informer = new Informer<StoredWorkloadPod>({
      cluster,
      type: workloadPods,
      query: queryFor(node),
      clock,
      random,
      startWith: 'stream',
      onChange: () => {
        if (entry.synced) onChange(node);
      },
    });
    entry.informer = informer;
    void informer.run(entry.stop.signal);
    void informer.synced.then(() => {
      if (entry.stop.signal.aborted) return;
      entry.synced = true;
      // What the stream begins with may have been long on its way.
      if (entry.doubts === doubts) entry.asOf = begun;
      onChange(node);
    });
  }

  /**
   * Reads a node's pods now, in one go.
   *
   * @throws ApiError
   */
  async read(node: string): Promise<void> {
    const entry = this.#entry(node);
    const { doubts } = entry;
    const list = await this.#options.cluster.list(workloadPods, queryFor(node), {
      signal: entry.stop.signal,
    });
    // A watch that is behind this read must not hide what it found: it is begun anew when it is needed again.
    const current: Entry = {
      ...entry,
      informer: undefined,
      synced: false,
      snapshot: list.items,
      asOf: entry.doubts === doubts ? this.#options.clock.now() : -Infinity,
      stop: new AbortController(),
    };
    entry.stop.abort();
    this.#entries.set(node, this.#tied(current));
  }

  /** What has been read so far does not count as fresh: pods may have come since. */
  stale(node: string): void {
    const entry = this.#entries.get(node);
    if (entry === undefined) return;
    entry.asOf = -Infinity;
    entry.doubts += 1;
  }

  /** Notes what came of asking for a pod's eviction. */
  noteEviction(node: string, uid: string, attempt: EvictionAttempt): void {
    this.#entries.get(node)?.evictions.set(uid, attempt);
  }

  /** The node's pods are of no interest any more. */
  drop(node: string): void {
    this.#entries.get(node)?.stop.abort();
    this.#entries.delete(node);
  }

  #entry(node: string): Entry {
    let entry = this.#entries.get(node);
    if (entry === undefined) {
      entry = this.#tied({
        informer: undefined,
        synced: false,
        snapshot: undefined,
        asOf: -Infinity,
        doubts: 0,
        evictions: new Map(),
        stop: new AbortController(),
      });
      this.#entries.set(node, entry);
    }
    return entry;
  }

  #tied(entry: Entry): Entry {
    const { signal } = this.#options;
    const abort = (): void => {
      entry.stop.abort();
    };
    if (signal.aborted) abort();
    else onAbort(entry.stop.signal, onAbort(signal, abort));
    return entry;
  }
}

/** All pods bound to a node, whatever their namespace and state. */
function queryFor(node: string): { readonly fieldSelector: string } {
  return { fieldSelector: `spec.nodeName=${node}` };
}

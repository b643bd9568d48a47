import type { ApiError } from '../cluster/errors.ts';
import { InterceptedCluster, type MadeCall, type OpenedWatch } from '../cluster/intercepted-cluster.ts';
import { keyOf } from '../cluster/object-cache.ts';
import type { Cluster, Stored, WatchEvent } from '../cluster/port.ts';

/** A way to a cluster in which something else than a budget refuses the eviction of some pods. */
export class RefusingCluster extends InterceptedCluster {
  readonly #refused: ReadonlyMap<string, ApiError>;

  /** @param refused by the pods' namespaces and names, as {@link keyOf} joins them */
  constructor(cluster: Cluster, refused: ReadonlyMap<string, ApiError>) {
    super(cluster);
    this.#refused = refused;
  }

  protected override answer<R>({ call, perform }: MadeCall<R>): Promise<R> {
    const error = call.verb === 'evict' ? this.#refused.get(keyOf(call)) : undefined;
    return error === undefined ? perform() : Promise.reject(error);
  }

  protected override stream<T extends Stored>({
    signal,
    open,
  }: OpenedWatch<T>): AsyncIterable<WatchEvent<T>> {
    return open(signal);
  }
}

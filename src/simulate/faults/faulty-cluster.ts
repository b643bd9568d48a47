import { onAbort } from '../../cluster/abort.ts';
import type { Clock } from '../../cluster/clock.ts';
import { ApiError } from '../../cluster/errors.ts';
import type {
  CallOptions,
  Cluster,
  DeleteOptions,
  JsonPatchOperation,
  List,
  Query,
  ResourceType,
  Stored,
  WatchEvent,
  WatchQuery,
} from '../../cluster/port.ts';
import type { ApiObject, ObjectRef } from '../../kubernetes/objects.ts';
import type { Random } from '../random.ts';
import type { FaultPlan } from './fault-plan.ts';
import { CALL_FAULTS, failureOf, takesEffect } from './call-faults.ts';
import { FaultyWatch } from './faulty-watch.ts';
import type { Process } from './process.ts';

/** One call that a program makes. */
export interface Call {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'apply' | 'delete' | 'evict';
  /** The plural, with its subresource. */
  readonly resource: string;
  readonly name: string;
}

export interface FaultyClusterOptions {
  readonly cluster: Cluster;
  readonly process: Process;
  /** The world's time, which goes on when the process stands still. */
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: FaultPlan;
  /** The newest resourceVersion in the cluster. */
  readonly revision: () => number;
  /** Told of each call when it is made, and again when the server has done it. May kill the process. */
  readonly onCall: (call: Call, moment: 'before' | 'after') => void;
}

/** A way to a cluster on which calls take time, fail, and get lost, as the plan has it. */
export class FaultyCluster implements Cluster {
  readonly #options: FaultyClusterOptions;

  constructor(options: FaultyClusterOptions) {
    this.#options = options;
  }

  get<T extends Stored>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T> {
    return this.#call({ verb: 'get', resource: type.plural, name: ref.name }, options, (inner) =>
      inner.get(type, ref),
    );
  }

  list<T extends Stored>(type: ResourceType<T>, query: Query, options?: CallOptions): Promise<List<T>> {
    return this.#call({ verb: 'list', resource: type.plural, name: '' }, options, (inner) =>
      inner.list(type, query),
    );
  }

  watch<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const open = (): Promise<void> =>
      this.#call({ verb: 'watch', resource: type.plural, name: '' }, options, () => Promise.resolve());
    return new FaultyWatch({ ...this.#options, type, query, signal: options?.signal, open });
  }

  create<T extends Stored>(type: ResourceType<T>, object: ApiObject, options?: CallOptions): Promise<T> {
    const call = { verb: 'create', resource: type.plural, name: object.metadata.name } as const;
    return this.#call(call, options, (inner) => inner.create(type, object));
  }

  patch<T extends Stored>(
    type: ResourceType<T>,
    ref: ObjectRef & { readonly subresource?: 'status' },
    operations: readonly JsonPatchOperation[],
    options?: CallOptions,
  ): Promise<T> {
    const resource = ref.subresource === undefined ? type.plural : `${type.plural}/${ref.subresource}`;
    return this.#call({ verb: 'patch', resource, name: ref.name }, options, (inner) =>
      inner.patch(type, ref, operations),
    );
  }

  apply<T extends Stored>(
    type: ResourceType<T>,
    object: ApiObject & { readonly subresource?: 'status' },
    options?: CallOptions,
  ): Promise<T> {
    const call = { verb: 'apply', resource: type.plural, name: object.metadata.name } as const;
    return this.#call(call, options, (inner) => inner.apply(type, object));
  }

  delete(type: ResourceType<Stored>, ref: ObjectRef, { signal, ...rest }: DeleteOptions = {}): Promise<void> {
    const call = { verb: 'delete', resource: type.plural, name: ref.name } as const;
    return this.#call(call, signal === undefined ? {} : { signal }, (inner) => inner.delete(type, ref, rest));
  }

  evict(pod: ObjectRef, uid: string, options?: CallOptions): Promise<void> {
    return this.#call({ verb: 'evict', resource: 'pods/eviction', name: pod.name }, options, (inner) =>
      inner.evict(pod, uid),
    );
  }

  /**
   * A call on its way: to the server, there, and back. Whoever made it may be gone or have given up by then, which does not stop what
   * is under way.
   */
  #call<R>(call: Call, { signal }: CallOptions = {}, perform: (inner: Cluster) => Promise<R>): Promise<R> {
    const { process, clock, random, faults, onCall, cluster } = this.#options;
    if (signal?.aborted === true) return Promise.reject(givenUp());
    return new Promise<R>((resolve, reject) => {
      const forget =
        signal === undefined
          ? undefined
          : onAbort(signal, () => {
              reject(givenUp());
            });
      const answer = (settle: () => void, delay: number): void => {
        clock.after(delay, () => {
          process.enter(() => {
            forget?.();
            settle();
          });
        });
      };
      onCall(call, 'before');
      const wasAlive = process.alive;
      const fault = faults.strike(CALL_FAULTS);
      const failure = fault === undefined ? undefined : failureOf(fault, call);
      const travel = random.around(3) + (fault === 'slow' ? random.around(4_000) : 0);
      clock.after(travel, () => {
        // What had left a process when it died may have got through or not.
        const lost = !process.alive && (!wasAlive || random.chance(0.5));
        if (lost) return;
        if (failure !== undefined && !takesEffect(fault)) {
          answer(() => {
            reject(failure.error);
          }, failure.delay);
          return;
        }
        const done = (settle: () => void): void => {
          onCall(call, 'after');
          if (failure === undefined) answer(settle, random.around(2));
          else
            answer(() => {
              reject(failure.error);
            }, failure.delay);
        };
        perform(cluster).then(
          (value) => {
            done(() => {
              resolve(value);
            });
          },
          (error: unknown) => {
            done(() => {
              reject(error instanceof Error ? error : new Error(String(error)));
            });
          },
        );
      });
    });
  }
}

function givenUp(): ApiError {
  return new ApiError('aborted', 'The caller gave up');
}

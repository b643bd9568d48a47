import { onAbort } from '../../cluster/abort.ts';
import type { Clock } from '../../cluster/clock.ts';
import { ApiError } from '../../cluster/errors.ts';
import {
  InterceptedCluster,
  type Call,
  type MadeCall,
  type OpenedWatch,
} from '../../cluster/intercepted-cluster.ts';
import type { Cluster, Stored, WatchEvent } from '../../cluster/port.ts';
import type { Random } from '../../cluster/memory/random.ts';
import type { FaultPlan } from './fault-plan.ts';
import { CALL_FAULTS, failureOf, takesEffect } from './call-faults.ts';
import { FaultyWatch } from './faulty-watch.ts';
import type { Process } from './process.ts';

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
export class FaultyCluster extends InterceptedCluster {
  readonly #options: FaultyClusterOptions;

  constructor(options: FaultyClusterOptions) {
    super(options.cluster);
    this.#options = options;
  }

  protected override stream<T extends Stored>(opened: OpenedWatch<T>): AsyncIterable<WatchEvent<T>> {
    const { call, signal, open: watch } = opened;
    const open = (): Promise<void> => this.answer({ call, signal, perform: () => Promise.resolve() });
    return new FaultyWatch({ ...this.#options, watch, resource: call.resource, signal, open });
  }

  /**
   * A call on its way: to the server, there, and back. Whoever made it may be gone or have given up by then, which does not stop what
   * is under way.
   */
  protected override answer<R>({ call, signal, perform }: MadeCall<R>): Promise<R> {
    const { process, clock, random, faults, onCall } = this.#options;
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
      const fault = faults.isCutOff ? 'refused' : faults.strike(CALL_FAULTS);
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
        perform().then(
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

import { createMemoryCluster } from '../cluster/memory/memory-cluster.ts';
import type { ApiServer } from '../cluster/memory/api/types.ts';
import type { Clock } from '../cluster/clock.ts';
import { FIELD_MANAGER } from '../contract/keys.ts';
import { runReplica } from '../operator/leadership/replica.ts';
import type { LogFields, Logger } from '../operator/telemetry/log.ts';
import type { Call } from '../cluster/intercepted-cluster.ts';
import { FaultyCluster } from './faults/faulty-cluster.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import { Process } from './faults/process.ts';
import { QUIET_METRICS } from '../operator/telemetry/quiet-metrics.ts';
import type { Random } from '../cluster/memory/random.ts';
import type { Trace } from './trace.ts';

export interface ReplicaOptions {
  readonly name: string;
  /** Whatever is written through it is the operator's deed. */
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: FaultPlan;
  readonly trace: Trace;
  readonly namespace: string;
  readonly onCall: (call: Call, moment: 'before' | 'after') => void;
  /** It was killed at this very call. */
  readonly onKill: (moment: 'before' | 'after', call: Call) => void;
  /** The operator's code threw something at whoever runs it: it must not. */
  readonly onCrash: (error: unknown) => void;
}

/** A place where the operator runs, as a pod of its Deployment is: whenever its process has died, another is started. */
export class Replica {
  readonly #options: ReplicaOptions;
  #process: Process | undefined;
  #stop = new AbortController();
  #starts = 0;
  #skew = 0;
  #deadline: { readonly moment: 'before' | 'after'; readonly backAfter: number; left: number } | undefined;

  constructor(options: ReplicaOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#process?.alive === true;
  }

  start(): void {
    if (this.running) return;
    const { name, api, clock, random, faults, trace, namespace, onCrash } = this.#options;
    this.#starts += 1;
    const process = new Process(clock, this.#skew);
    const own = random.fork(`${name}/${this.#starts}`);
    const stop = new AbortController();
    const cluster = new FaultyCluster({
      cluster: createMemoryCluster({ api, fieldManager: FIELD_MANAGER }),
      process,
      clock,
      random: own.fork('network'),
      faults,
      revision: () => api.revision,
      onCall: (call, moment) => {
        this.#called(process, call, moment);
      },
    });
    const chance = own.fork('operator');
    trace.add(name, () => 'process started');
    this.#process = process;
    this.#stop = stop;
    runReplica(
      {
        cluster,
        clock: process.clock,
        log: traceLog(name, trace, process),
        metrics: QUIET_METRICS,
        namespace,
        initImage: 'example.com/ofed-operator:1',
        identity: name,
        random: () => chance.next(),
        uniqueSuffix: () =>
          `${chance.int(0, 0xffff_ffff).toString(16)}${chance.int(0, 0xffff_ffff).toString(16)}`,
      },
      stop.signal,
    ).then(
      () => {
        if (process.alive) trace.add(name, () => 'process ended');
        process.kill();
      },
      (error: unknown) => {
        if (process.alive) onCrash(error);
        process.kill();
      },
    );
  }

  /** As by `kill -9`, or a node that loses its power. Another process is started some time later. */
  kill(backAfter: number): void {
    this.#options.trace.add(this.#options.name, () => 'process killed');
    this.#deadline = undefined;
    this.#process?.kill();
    this.#back(backAfter);
  }

  /** It is killed at its so-manieth call from now. */
  killAtCall(call: number, moment: 'before' | 'after', backAfter: number): void {
    this.#deadline = { moment, backAfter, left: call };
  }

  /** As by SIGTERM. */
  stop(backAfter: number): void {
    this.#options.trace.add(this.#options.name, () => 'process told to end');
    const process = this.#process;
    process?.enter(() => {
      this.#stop.abort();
    });
    // What has not ended by then is killed, as Kubernetes does.
    this.#options.clock.after(30_000, () => process?.kill());
    this.#back(backAfter + 5_000);
  }

  pause(forMs: number): void {
    this.#options.trace.add(this.#options.name, () => `process stands still for ${forMs} ms`);
    this.#process?.pause(forMs);
  }

  setClock(byMs: number): void {
    this.#options.trace.add(this.#options.name, () => `wall clock set by ${byMs} ms`);
    this.#skew += byMs;
    this.#process?.jump(byMs);
  }

  /** Nothing happens to it any more: its clock is right, it is not killed, and it runs. */
  leaveAlone(): void {
    this.#deadline = undefined;
    if (this.#skew !== 0) this.setClock(-this.#skew);
    this.start();
  }

  #back(after: number): void {
    this.#options.clock.after(after, () => {
      if (this.running) this.#back(1_000);
      else this.start();
    });
  }

  #called(process: Process, call: Call, moment: 'before' | 'after'): void {
    if (!process.alive) return;
    this.#options.trace.add(this.#options.name, () =>
      call.resource === 'leases' ? undefined : `${moment} ${call.verb} ${call.resource} ${call.name}`,
    );
    this.#options.onCall(call, moment);
    const deadline = this.#deadline;
    if (deadline?.moment !== moment) return;
    deadline.left -= 1;
    if (deadline.left > 0) return;
    this.#options.trace.add(
      this.#options.name,
      () => `killed ${moment} ${call.verb} ${call.resource} ${call.name}`,
    );
    this.#options.onKill(moment, call);
    this.kill(deadline.backAfter);
  }
}

/** What the operator says, among what happens; nothing of what a dead process says. */
function traceLog(name: string, trace: Trace, process: Process): Logger {
  const say =
    (level: string) =>
    (fields: LogFields, message: string): void => {
      if (process.alive) trace.add(name, () => `${level}: ${message} ${JSON.stringify(fields, plainErrors)}`);
    };
  const log: Logger = {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: () => log,
  };
  return log;
}

function plainErrors(_: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

import type { Clock } from '../../cluster/clock.ts';
import { runOperator, type OperatorOptions } from '../run.ts';
import { guardedCluster } from './guarded-cluster.ts';
import { Standby } from './standby.ts';
import type { Term } from './term.ts';
import { tiedTo } from './tied-signal.ts';

export interface ReplicaOptions extends Omit<OperatorOptions, 'leadership' | 'onReady' | 'random'> {
  /** Uniform in [0, 1): spreads retries. Default: `Math.random`. */
  readonly random?: () => number;
  /** Given the means to ask, at any time, whether this process does what it is there for: lead, or stand by to. */
  readonly onHealth?: (isReady: () => boolean) => void;
}

type Options = ReplicaOptions & { readonly random: () => number };

/** Milliseconds for which a standby may have heard nothing of the Lease and still be ready to lead. */
const STANDBY_SILENCE = 30_000;

/**
 * One of several operators, of which one leads: stands by until it does, then runs the operator until it leads no more, and so on, until
 * the signal aborts. A process that is told to end hands the lead over at once.
 *
 * @throws whatever the operator itself fails with; the lead is handed over before
 */
export async function runReplica(options: ReplicaOptions, signal: AbortSignal): Promise<void> {
  const replica: Options = { ...options, random: options.random ?? Math.random };
  let isReady = (): boolean => false;
  options.onHealth?.(() => isReady());
  while (!signal.aborted) {
    replica.observer?.standsBy(undefined);
    const standby = new Standby(replica);
    isReady = () => isRecent(replica.clock, standby.heardAt);
    const term = await standby.lead(signal);
    if (term === undefined) return;
    let begun = false;
    isReady = () => begun;
    await lead(replica, term, {
      signal,
      onReady: () => {
        begun = true;
      },
    });
  }
}

async function lead(
  options: Options,
  term: Term,
  { signal, onReady }: { readonly signal: AbortSignal; readonly onReady: () => void },
): Promise<void> {
  const { cluster, log, metrics, identity } = options;
  log.info({ identity }, 'leads');
  metrics.setLeader(true);
  const run = tiedTo(signal, term.signal);
  const guarded = guardedCluster(cluster, () => term.isHeld());
  try {
    await runOperator({ ...options, cluster: guarded, leadership: term, onReady }, run.signal);
  } finally {
    run.untie();
    await term.release();
    metrics.setLeader(false);
  }
}

function isRecent(clock: Clock, heardAt: number | undefined): boolean {
  return heardAt !== undefined && clock.monotonic() - heardAt < STANDBY_SILENCE;
}

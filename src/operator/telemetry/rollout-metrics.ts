import type { Registry } from 'prom-client';
import type { NodeState } from '../../contract/states.ts';
import type { RolloutStatus } from '../../contract/status.ts';
import { entryOf, REASON_CODES, type ReasonCode } from '../../reasons/index.ts';
import { countersIn, gaugesIn, histogramsIn } from './instruments.ts';

/** How a node's drain ended: empty, with a pod that may not be evicted, or with its time over. */
export type DrainResult = 'drained' | 'refused' | 'timed-out';

/** What a rollout costs, and what holds it up. */
export interface RolloutMetrics {
  /** How many nodes wait, or have failed, for which reason; one that is not named holds up none. */
  setNodesByReason(totals: ReadonlyMap<ReasonCode, number>): void;
  /** Since when, in milliseconds since the epoch, the node has been held up that has been for longest by a reason; one that is not named holds up none. */
  setHeldUpSince(times: ReadonlyMap<ReasonCode, number>): void;
  /** How far the rollout is, and what it has cost. */
  setRollout(rollout: RolloutStatus, nodes: { readonly done: number; readonly total: number }): void;
  /** A node has failed. */
  countFailure(reason: ReasonCode): void;
  countDrain(result: DrainResult): void;
  /** A node has left a state in which it was for so many seconds. */
  observeStateSeconds(state: NodeState, seconds: number): void;
}

const STATE_SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];
/** Whatever a node may wait for, or fail on. */
const LASTING = REASON_CODES.filter((code) => entryOf(code).severity !== 'passing');
const HOLDING_UP = LASTING.filter((code) => entryOf(code).severity !== 'turn');

/** Creates these figures; `forget` sets to zero those that only the one who leads can know. */
export function rolloutMetrics(registry: Registry): RolloutMetrics & { readonly forget: () => void } {
  const gauge = gaugesIn(registry);
  const counter = countersIn(registry);
  const byReason = gauge(
    'nodes_by_reason',
    'Nodes that wait or have failed, by the code of the reason.',
    'reason',
  );
  const heldUpSince = gauge(
    'held_up_since_timestamp_seconds',
    'Since when the node that has been held up for longest by this reason has been, in Unix time; 0: none is. Nodes that have failed, or wait for their turn, are not held up.',
    'reason',
  );
  const nodes = gauge(
    'rollout_nodes',
    'Nodes that have, or are to have, a driver; done: those with the wanted one.',
    'is',
  );
  const started = gauge(
    'rollout_started_timestamp_seconds',
    'When the rollout began, in Unix time; 0: there was none.',
  );
  const finished = gauge(
    'rollout_finished_timestamp_seconds',
    'When the rollout ended, in Unix time; 0: it has not.',
  );
  const cost = gauge(
    'rollout_node_seconds_out_of_service',
    'How long nodes were cordoned for this rollout, summed up.',
  );
  const evicted = gauge('rollout_pods_evicted', 'Pods evicted in this rollout.');
  const failures = counter(
    'node_failures_total',
    'Nodes that have failed, by the code of the reason.',
    'reason',
  );
  const drains = counter(
    'drains_total',
    'Drains that have ended, by how; drained: also where none was wanted.',
    'result',
  );
  const times = histogramsIn(registry, STATE_SECONDS)(
    'node_state_duration_seconds',
    'How long nodes were in an upgrade state.',
    'state',
  );
  for (const result of ['drained', 'refused', 'timed-out'] satisfies DrainResult[]) drains.inc({ result }, 0);
  for (const reason of LASTING) failures.inc({ reason }, 0);
  const setNodesByReason: RolloutMetrics['setNodesByReason'] = (totals) => {
    for (const reason of LASTING) byReason.set({ reason }, totals.get(reason) ?? 0);
  };
  const setHeldUpSince: RolloutMetrics['setHeldUpSince'] = (times) => {
    for (const reason of HOLDING_UP) heldUpSince.set({ reason }, (times.get(reason) ?? 0) / 1000);
  };
  const setRollout: RolloutMetrics['setRollout'] = (rollout, { done, total }) => {
    nodes.set({ is: 'done' }, done);
    nodes.set({ is: 'total' }, total);
    started.set(unixSeconds(rollout.startedAt));
    finished.set(unixSeconds(rollout.finishedAt));
    cost.set(rollout.nodeSecondsOutOfService ?? 0);
    evicted.set(rollout.podsEvicted ?? 0);
  };
  const forget = (): void => {
    setNodesByReason(new Map());
    setHeldUpSince(new Map());
    setRollout({}, { done: 0, total: 0 });
  };
  forget();
  return {
    setNodesByReason,
    setHeldUpSince,
    setRollout,
    forget,
    countFailure: (reason) => {
      failures.inc({ reason });
    },
    countDrain: (result) => {
      drains.inc({ result });
    },
    observeStateSeconds: (state, seconds) => {
      times.observe({ state }, seconds);
    },
  };
}

function unixSeconds(timestamp: string | undefined): number {
  return timestamp === undefined ? 0 : Date.parse(timestamp) / 1000;
}

import { Registry } from 'prom-client';
import type { Gauge, MetricObject } from 'prom-client';
import { UPGRADE_STATES } from '../../contract/states.ts';
import type { NodeState } from '../../contract/states.ts';
import { registerEventLoopMetrics } from './event-loop-metrics.ts';
import { countersIn, gaugesIn, histogramsIn } from './instruments.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import { rolloutMetrics, type RolloutMetrics } from './rollout-metrics.ts';

/** How an eviction ended: accepted, refused by a PodDisruptionBudget, the pod was gone already, or the call failed. */
export type EvictionResult = 'evicted' | 'refused' | 'gone' | 'failed';

const POLICY_STATES = ['ready', 'notReady', 'ignore', 'error'] as const;

export type PolicyState = (typeof POLICY_STATES)[number];

/** One answered, or failed, call to the API server. */
export interface ApiRequest {
  /** `get`, `list`, `watch`, `patch`, … */
  readonly verb: string;
  /** The plural, with its subresource: `nodes`, `pods/eviction`. Never an object's name. */
  readonly resource: string;
  /** The HTTP status, or the error's code if there was no answer. */
  readonly status: number | string;
  /** Until the whole answer was there; for a watch, until its stream began. */
  readonly seconds: number;
}

/** What one figure is. */
export interface MetricDescription {
  readonly name: string;
  /** `gauge`, `counter` or `histogram`. */
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** What the operator counts. Every figure is an aggregate: no series carries the name of a node or a pod. */
export interface Metrics extends RolloutMetrics {
  /** How many nodes are in each state; a state that is not named has none. */
  setNodesByState(totals: Readonly<Partial<Record<NodeState, number>>>): void;
  /** How many nodes may be in progress at once; 0: no limit. */
  setMaxParallel(limit: number): void;
  /** Whether the policy asks for automatic upgrades. */
  setAutoUpgrade(on: boolean): void;
  /** undefined: there is no policy. */
  setPolicyState(state: PolicyState | undefined): void;
  /** A node's label was changed to this state. */
  countTransition(to: NodeState): void;
  countEviction(result: EvictionResult): void;
  countApiRequest(request: ApiRequest): void;
  /** A watch ended, for whatever reason, and was begun again. */
  countWatchRestart(resource: string): void;
  /** One pass of the decision over what changed. */
  countDecision(): void;
  /** Whether this process leads. One that does not knows nothing of the nodes and the policy, and says nothing about them. */
  setLeader(leads: boolean): void;
  /** All that there is, also what has no series yet. */
  describe(): readonly MetricDescription[];
  /** Everything, in Prometheus' text format. */
  render(): Promise<string>;
  /** The media type of {@link Metrics.render}. */
  readonly contentType: string;
}

const NODE_STATES: readonly NodeState[] = ['none', ...UPGRADE_STATES];
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Creates the figures, each at zero, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  registerProcessMetrics(registry);
  registerEventLoopMetrics(registry);
  const { forget, ...rollout } = rolloutMetrics(registry);
  return {
    ...rollout,
    ...fleetMetrics(registry, forget),
    ...apiMetrics(registry),
    describe: () => registry.getMetricsAsArray().map(describe),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function describe(metric: MetricObject): MetricDescription {
  const { name, help, type } = metric;
  // The library has them, and does not declare it.
  const { labelNames } = metric as MetricObject & { readonly labelNames: readonly string[] };
  return { name, help, type: String(type), labels: labelNames };
}

function fleetMetrics(
  registry: Registry,
  forgetRollout: () => void,
): Pick<
  Metrics,
  | 'setNodesByState'
  | 'setMaxParallel'
  | 'setAutoUpgrade'
  | 'setPolicyState'
  | 'countTransition'
  | 'countEviction'
  | 'countDecision'
  | 'setLeader'
> {
  const gauge = gaugesIn(registry);
  const counter = countersIn(registry);
  const nodes = gauge('nodes', 'Nodes with a driver pod or an upgrade state, by upgrade state.', 'state');
  const leader = gauge('leader', 'Whether this process leads: 1 if it does, 0 while it stands by.');
  const maxParallel = gauge('max_parallel_upgrades', 'Nodes that may be upgraded at once; 0 means no limit.');
  const autoUpgrade = gauge('auto_upgrade', 'Whether the policy asks for automatic upgrades: 1 if it does.');
  const policy = gauge(
    'policy_state',
    'The state of the NicClusterPolicy: 1 for the one that it is in.',
    'state',
  );
  const transitions = counter(
    'node_transitions_total',
    'Node upgrade state changes written, by new state.',
    'to',
  );
  const evictions = counter('evictions_total', 'Pod evictions asked for, by result.', 'result');
  const decisions = counter('decisions_total', 'Passes of the upgrade decision.');
  const setAll = (target: Gauge, states: readonly string[], value: (state: string) => number): void => {
    for (const state of states) {
      target.set({ state }, value(state));
    }
  };
  const forget = (): void => {
    setAll(nodes, NODE_STATES, () => 0);
    setAll(policy, POLICY_STATES, () => 0);
    maxParallel.set(0);
    autoUpgrade.set(0);
    forgetRollout();
  };
  forget();
  // A counter that begins at 1 has grown by nothing, for Prometheus.
  for (const to of UPGRADE_STATES) transitions.inc({ to }, 0);
  for (const result of ['evicted', 'refused', 'gone', 'failed'] satisfies EvictionResult[]) {
    evictions.inc({ result }, 0);
  }
  return {
    setNodesByState: (totals) => {
      setAll(nodes, NODE_STATES, (state) => totals[state as NodeState] ?? 0);
    },
    setMaxParallel: (limit) => {
      maxParallel.set(limit);
    },
    setAutoUpgrade: (on) => {
      autoUpgrade.set(on ? 1 : 0);
    },
    setPolicyState: (current) => {
      setAll(policy, POLICY_STATES, (state) => (state === current ? 1 : 0));
    },
    countTransition: (to) => {
      transitions.inc({ to });
    },
    countEviction: (result) => {
      evictions.inc({ result });
    },
    countDecision: () => {
      decisions.inc();
    },
    setLeader: (leads) => {
      leader.set(leads ? 1 : 0);
      if (!leads) forget();
    },
  };
}

function apiMetrics(registry: Registry): Pick<Metrics, 'countApiRequest' | 'countWatchRestart'> {
  const counter = countersIn(registry);
  const requests = counter('api_requests_total', 'Calls to the API server.', 'verb', 'resource', 'code');
  const restarts = counter('watch_restarts_total', 'Watches that ended and were begun again.', 'resource');
  const durations = histogramsIn(registry, CALL_SECONDS)(
    'api_request_duration_seconds',
    'How long calls to the API server took; for a watch, until its stream began.',
    'verb',
    'resource',
  );
  return {
    countApiRequest: ({ verb, resource, status, seconds }) => {
      requests.inc({ verb, resource, code: String(status) });
      durations.observe({ verb, resource }, seconds);
    },
    countWatchRestart: (resource) => {
      restarts.inc({ resource });
    },
  };
}

import { onAbort } from '../cluster/abort.ts';
import { sleep, steadyClock, type Clock } from '../cluster/clock.ts';
import type { Cluster } from '../cluster/port.ts';
import type { ConfigMapKeys } from '../driver/index.ts';
import type { ApiObject, StringMap } from '../kubernetes/objects.ts';
import { Fleet } from '../upgrade/fleet.ts';
import { stateOf } from '../upgrade/view.ts';
import { driverShelves } from './driver/driver-objects.ts';
import { DriverSync } from './driver/driver-sync.ts';
import { PoolIndex } from './driver/pool-index.ts';
import { createEventRecorder } from './telemetry/event-recorder.ts';
import type { Leadership } from './leadership/leadership.ts';
import type { Logger } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { Mode } from './mode.ts';
import { Actor } from './nodes/actor.ts';
import { DriverPodIndex } from './nodes/driver-pod-index.ts';
import { NodeController } from './nodes/node-controller.ts';
import { NodeViews } from './nodes/node-views.ts';
import { Revisions } from './nodes/revisions.ts';
import { StandingReasons } from './nodes/standing-reasons.ts';
import { StateTimes } from './nodes/state-times.ts';
import { Workloads } from './nodes/workloads.ts';
import type { Observer } from './observer.ts';
import { ActivePolicy } from './policy.ts';
import { Reactions } from './reactions.ts';
import type { StoredObject } from './resources/objects.ts';
import { RolloutFigures } from './status/rollout-figures.ts';
import { StatusReporter } from './status/status-reporter.ts';
import { StatusWriter } from './status/status-writer.ts';
import { Tally } from './status/tally.ts';
import { createWatches } from './watches.ts';

export interface OperatorOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Where the driver's objects live. */
  readonly namespace: string;
  /** The image that the driver pods' init container runs: the operator's own. */
  readonly initImage: string;
  /** Which process this is, for Events. */
  readonly identity: string;
  /** Default: nobody else ever leads. */
  readonly leadership?: Leadership;
  /** Uniform in [0, 1): spreads retries. Default: `Math.random`. */
  readonly random?: () => number;
  /** Sets the names of Events apart, among all that this operator ever writes. Default: random bytes. */
  readonly uniqueSuffix?: () => string;
  /** Told once everything has been read and the work begins. */
  readonly onReady?: () => void;
  /** Default: nobody looks on. */
  readonly observer?: Observer;
}

/** How long evictions may still be answered when the operator ends, in milliseconds. */
const LAST_ANSWERS_TIMEOUT = 1500;

/** How long Events that were recorded may take to be written when the operator ends, in milliseconds. */
const LAST_EVENTS_TIMEOUT = 1500;

/**
 * The operator, whole: every part is made here, and here alone they are tied together. News come in from the watches, go to the parts
 * that they concern, and come out as writes, whose answers go back into the watches' caches.
 *
 * Runs until the signal aborts.
 */
export async function runOperator(options: OperatorOptions, signal: AbortSignal): Promise<void> {
  const { cluster, clock, log, metrics, namespace, initImage, identity, observer } = options;
  const { random = Math.random } = options;
  const world = { cluster, clock, random, log, metrics, signal };
  // How long a node has been waiting, and what was read when, must not change because the machine's clock is put right.
  const steady = { ...world, clock: steadyClock(clock) };

  // What is known.
  const watches = createWatches({ ...world, namespace });
  const policy = new ActivePolicy((name) => watches.policies.get(name));
  const pools = new PoolIndex();
  const driverPods = new DriverPodIndex();
  const revisions = new Revisions({
    ...world,
    daemonSets: watches.daemonSets,
    isUnanswered: (daemonSet) => driverSync.isUnanswered(daemonSet),
    onKnown: (daemonSet) => {
      reactions.touchNodesOf(daemonSet);
    },
  });
  const workloads = new Workloads({
    ...steady,
    onChange: (node) => {
      reactions.touchNode(node);
    },
  });
  const views = new NodeViews({ daemonSets: watches.daemonSets, driverPods, revisions, workloads });
  const fleet = new Fleet();
  const reasons = new StandingReasons(steady.clock);
  const tally = new Tally();
  const rollout = new RolloutFigures(steady.clock);
  const stateTimes = new StateTimes({
    ...steady,
    onLeft: (state, seconds) => {
      metrics.observeStateSeconds(state, seconds);
    },
  });

  // What is done about it: on each node, about the driver's objects, and in the policy's status.
  const events = createEventRecorder({
    ...world,
    component: 'ofed-operator',
    instance: identity,
    ...(options.uniqueSuffix === undefined ? {} : { uniqueSuffix: options.uniqueSuffix }),
  });
  const actor = new Actor({
    ...world,
    events,
    onDoubt: (node) => {
      nodes.doubt(node);
    },
    onEvicted: () => {
      rollout.noteEviction();
    },
  });
  const nodes: NodeController = new NodeController({
    ...steady,
    ...(options.leadership === undefined ? {} : { leadership: options.leadership }),
    nodes: watches.nodes,
    driverPods,
    observePod: (pod) => {
      watches.driverPods.observe(pod);
    },
    views,
    workloads,
    fleet,
    actor,
    reasons,
    mode: (): Mode => (reactions.begun ? policy.mode : { kind: 'hold' }),
    onDecided: (name, view, decision) => {
      tally.note(name, view, decision);
      rollout.note(name, view);
      stateTimes.note(name, view === undefined ? undefined : stateOf(view));
      observer?.nodeDecided(name, view);
      status.touch();
    },
  });
  const driverSync: DriverSync = new DriverSync({
    ...world,
    namespace,
    initImage,
    shelves: driverShelves(watches),
    policy: () => policy.policy,
    pools: () => pools.values(),
    configMaps: () => configMapKeys(watches.configMaps.values()),
    hasPods: (daemonSet) => [...watches.driverPods.values()].some((pod) => pod.daemonSet === daemonSet),
    onAnswered: (uid) => {
      const daemonSet = [...watches.daemonSets.values()].find((each) => each.uid === uid);
      // Otherwise it is still to be asked for its newest revision, and the nodes hear of that.
      if (daemonSet !== undefined && revisions.of(daemonSet) !== undefined) reactions.touchNodesOf(daemonSet);
    },
    onProblems: () => {
      status.touch();
    },
  });
  const reporter = new StatusReporter({
    policy,
    policies: watches.policies,
    daemonSets: watches.daemonSets,
    revisions,
    driverSync,
    fleet,
    tally,
    rollout,
    reasons,
    metrics,
    clock,
  });
  const status = new StatusWriter({
    ...world,
    policies: watches.policies,
    events,
    compute: () => {
      const computed = reporter.compute();
      observer?.statusComputed();
      return computed;
    },
  });
  const reactions: Reactions = new Reactions({
    watches,
    policy,
    pools,
    driverPods,
    revisions,
    workloads,
    fleet,
    tally,
    nodes,
    driverSync,
    status,
    actor,
    events,
    log,
  });

  // At once, not when the last stream has closed: what is given up until then must not be taken for a failure.
  const stopNodes = (): void => {
    nodes.stop();
  };
  if (!signal.aborted) onAbort(signal, stopNodes);
  const running = watches.run(reactions, signal);
  await Promise.race([watches.synced, running]);
  if (!signal.aborted) {
    nodes.takeOver(watches.nodes.values());
    reporter.resume();
    observer?.leads({
      node: (name) => {
        const node = watches.nodes.get(name);
        return node === undefined ? undefined : views.of(node);
      },
      standing: (name) => reasons.of(name),
      stands: (name) => reasons.stands(name),
      status: () => reporter.live(),
    });
    reactions.begin();
    options.onReady?.();
  }
  await running;
  const over = new AbortController();
  const answered = Promise.race([nodes.answered(), sleep(clock, LAST_ANSWERS_TIMEOUT, over.signal)]);
  await Promise.all([answered, events.flush(LAST_EVENTS_TIMEOUT)]);
  over.abort();
}

function configMapKeys(configMaps: Iterable<StoredObject>): ConfigMapKeys {
  return new Map([...configMaps].map(({ name, object }) => [name, Object.keys(dataOf(object))]));
}

function dataOf(configMap: ApiObject & { readonly data?: StringMap }): StringMap {
  return configMap.data ?? {};
}

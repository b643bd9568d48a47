import type { Clock } from '../cluster/clock.ts';
import type { Change } from '../cluster/informer.ts';
import type { Cluster } from '../cluster/port.ts';
import { isInProgress } from '../contract/states.ts';
import type { ConfigMapKeys } from '../driver/index.ts';
import { Fleet } from '../upgrade/fleet.ts';
import { driverShelves } from './driver/driver-objects.ts';
import { DriverSync } from './driver/driver-sync.ts';
import { PoolIndex } from './driver/pool-index.ts';
import { createEventRecorder } from './event-recorder.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { Actor } from './nodes/actor.ts';
import { DriverPodIndex } from './nodes/driver-pod-index.ts';
import { NodeController, stateOfNode } from './nodes/node-controller.ts';
import { NodeViews, selects } from './nodes/node-views.ts';
import { Revisions } from './nodes/revisions.ts';
import { StandingReasons } from './nodes/standing-reasons.ts';
import { Workloads } from './nodes/workloads.ts';
import { ActivePolicy } from './policy.ts';
import type { StoredDaemonSet } from './resources/daemonsets.ts';
import type { StoredNode } from './resources/nodes.ts';
import type { StoredObject } from './resources/objects.ts';
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
  /** Uniform in [0, 1): spreads retries. Default: `Math.random`. */
  readonly random?: () => number;
  /** Told once everything has been read and the work begins. */
  readonly onReady?: () => void;
}

/**
 * The operator, whole: every part is made here, and here alone they are tied together. News come in from the watches, go to the one
 * part that they concern, and come out as writes, whose answers go back to the watches' caches.
 *
 * Runs until the signal aborts.
 */
export async function runOperator(options: OperatorOptions, signal: AbortSignal): Promise<void> {
  const { cluster, clock, log, metrics, namespace, initImage, identity, random = Math.random } = options;

  // What is known.
  const pools = new PoolIndex();
  const driverPods = new DriverPodIndex();
  const fleet = new Fleet();
  const tally = new Tally();
  const reasons = new StandingReasons(clock);
  let synced = false;

  // From where it comes.
  const watches = createWatches({
    cluster,
    clock,
    random,
    log,
    metrics,
    namespace,
    on: {
      node: nodeChanged,
      driverPod: (change) => {
        driverPods.apply(change).forEach(touchNode);
      },
      daemonSet: daemonSetChanged,
      policy: policyChanged,
      object: () => {
        if (synced) driverSync.touch();
      },
    },
  });
  const policy = new ActivePolicy((name) => watches.policies.get(name));
  const revisions = new Revisions({
    cluster,
    onKnown: touchNodesOf,
    onFailure: (daemonSet, error) => {
      log.warn({ daemonSet: daemonSet.name, error }, 'newest revision could not be read: trying again');
      clock.after(1000, () => {
        const now = [...watches.daemonSets.values()].find(({ uid }) => uid === daemonSet.uid);
        if (now !== undefined && !signal.aborted) revisions.see(now);
      });
    },
  });
  const workloads = new Workloads({ cluster, clock, random, signal, onChange: touchNode });

  // Where it goes.
  const events = createEventRecorder({ cluster, clock, log, component: 'ofed-operator', instance: identity });
  const actor = new Actor({ cluster, clock, log, events, metrics, signal });
  const nodes = new NodeController({
    nodes: {
      get: (name) => watches.nodes.get(name),
      observe: (node) => {
        watches.nodes.observe(node);
      },
    },
    driverPods,
    views: new NodeViews({ daemonSets: watches.daemonSets, driverPods, revisions, workloads }),
    workloads,
    fleet,
    actor,
    reasons,
    clock,
    random,
    log,
    metrics,
    mode: () => (synced ? policy.mode : { kind: 'hold' }),
    onDecided: (name, view, decision) => {
      tally.note(name, view, decision);
      status.touch();
    },
  });
  const driverSync = new DriverSync({
    cluster,
    clock,
    log,
    signal,
    namespace,
    initImage,
    shelves: driverShelves(watches),
    policy: () => policy.policy,
    pools: () => pools.values(),
    configMaps: () => configMapKeys(watches.configMaps.values()),
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
    reasons,
    metrics,
    clock,
  });
  const status = new StatusWriter({
    cluster,
    clock,
    log,
    signal,
    compute: () => (synced ? reporter.compute() : []),
    observe: (object) => {
      watches.policies.observe(object);
    },
  });

  function touchNode(name: string): void {
    if (synced) nodes.touch(name);
  }

  function touchAllNodes(): void {
    for (const { name } of watches.nodes.values()) touchNode(name);
  }

  function touchNodesOf(daemonSet: StoredDaemonSet): void {
    for (const node of watches.nodes.values()) {
      const concerned =
        selects(daemonSet, node.labels) ||
        driverPods.on(node.name).some((pod) => pod.daemonSet === daemonSet.uid);
      if (concerned) touchNode(node.name);
    }
    status.touch();
  }

  function nodeChanged(change: Change<StoredNode>): void {
    const { key, before, after } = change;
    if (pools.apply(change) && synced) driverSync.touch();
    // Pods may have come while it was schedulable: what was read before that says nothing.
    if (before?.unschedulable === false && after?.unschedulable === true) workloads.stale(key);
    // Counted by its label at once, whatever is decided later: whoever is in progress counts before anyone is let in.
    const states = [before, after].map((node) => (node === undefined ? 'none' : stateOfNode(node)));
    if (after !== undefined && states.some((state) => state !== 'none')) fleet.see(key, stateOfNode(after));
    if (before !== undefined && after === undefined) nodeGone(before);
    touchNode(key);
  }

  function nodeGone(node: StoredNode): void {
    fleet.remove(node.name);
    const state = stateOfNode(node);
    const { object } = policy;
    if (!isInProgress(state) || object === undefined) return;
    log.warn({ node: node.name, state }, 'node deleted in the middle of its upgrade');
    const message = `Node ${node.name} was deleted in the middle of its driver upgrade (${state}); the others go on`;
    const event = { type: 'Warning', reason: 'NodeDeletedDuringUpgrade', message } as const;
    actor.announce(node, event);
    events.record({
      regarding: {
        apiVersion: object.object.apiVersion,
        kind: object.object.kind,
        name: object.name,
        uid: object.uid,
      },
      ...event,
    });
  }

  function daemonSetChanged({ before, after }: Change<StoredDaemonSet>): void {
    if (before !== undefined && before.uid !== after?.uid) revisions.forget(before.uid);
    if (after !== undefined) revisions.see(after);
    if (!synced) return;
    driverSync.touch();
    const concerned = after ?? before;
    if (concerned !== undefined && isNewsForNodes(before, after)) touchNodesOf(concerned);
    status.touch();
  }

  function policyChanged({ before, after }: Change<StoredObject>): void {
    status.touch();
    if (!synced || before?.object.metadata.generation === after?.object.metadata.generation) return;
    log.info(
      {
        policy: (after ?? before)?.name,
        generation: after?.object.metadata.generation,
        mode: policy.mode.kind,
      },
      'policy changed',
    );
    driverSync.touch();
    touchAllNodes();
  }

  const running = watches.run(signal);
  await Promise.race([watches.synced, running]);
  if (!signal.aborted) {
    synced = true;
    log.info({ nodes: watches.nodes.size, pools: pools.values().length, mode: policy.mode.kind }, 'started');
    driverSync.touch();
    touchAllNodes();
    status.touch();
    options.onReady?.();
  }
  await running;
  nodes.stop();
  await events.flush(FLUSH_TIMEOUT);
}

/** How long Events that were recorded may take to be written when the operator ends, in milliseconds. */
const FLUSH_TIMEOUT = 2000;

/** The counts in a DaemonSet's status change with every pod, and concern no node. */
function isNewsForNodes(before: StoredDaemonSet | undefined, after: StoredDaemonSet | undefined): boolean {
  return (
    before?.uid !== after?.uid ||
    before?.generation !== after?.generation ||
    before?.observedGeneration !== after?.observedGeneration
  );
}

function configMapKeys(configMaps: Iterable<StoredObject>): ConfigMapKeys {
  return new Map(
    [...configMaps].map(({ name, object }) => [
      name,
      Object.keys((object as { data?: Record<string, string> }).data ?? {}),
    ]),
  );
}

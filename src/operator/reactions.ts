import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../cluster/informer.ts';
import { STATE_LABEL } from '../contract/keys.ts';
import { isInProgress, isKnownState } from '../contract/states.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { Fleet } from '../upgrade/fleet.ts';
import type { DriverSync } from './driver/driver-sync.ts';
import type { PoolIndex } from './driver/pool-index.ts';
import type { EventRecorder } from './telemetry/event-recorder.ts';
import type { Logger } from './telemetry/log.ts';
import type { Actor } from './nodes/actor.ts';
import type { DriverPodIndex } from './nodes/driver-pod-index.ts';
import { stateOfNode, type NodeController } from './nodes/node-controller.ts';
import { selects } from './nodes/node-views.ts';
import type { Revisions } from './nodes/revisions.ts';
import type { Workloads } from './nodes/workloads.ts';
import type { ActivePolicy } from './policy.ts';
import type { StoredDaemonSet } from './resources/daemonsets.ts';
import type { StoredDriverPod } from './resources/driver-pods.ts';
import type { StoredNode } from './resources/nodes.ts';
import type { StoredObject } from './resources/objects.ts';
import type { StatusWriter } from './status/status-writer.ts';
import type { Tally } from './status/tally.ts';
import type { Handlers, Watches } from './watches.ts';

export interface ReactionsOptions {
  readonly watches: Watches;
  readonly policy: ActivePolicy;
  readonly pools: PoolIndex;
  readonly driverPods: DriverPodIndex;
  readonly revisions: Revisions;
  readonly workloads: Workloads;
  readonly fleet: Fleet;
  readonly tally: Tally;
  readonly nodes: NodeController;
  readonly driverSync: DriverSync;
  readonly status: StatusWriter;
  readonly actor: Actor;
  readonly events: EventRecorder;
  readonly log: Logger;
}

/** Whom a piece of news concerns: each goes to the parts that depend on it, and to no others. */
export class Reactions implements Handlers {
  readonly #parts: ReactionsOptions;
  #begun = false;

  constructor(parts: ReactionsOptions) {
    this.#parts = parts;
  }

  /** Whether everything has been read, so that decisions can be made. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Everything has been read: the work begins. */
  begin(): void {
    const { log, watches, pools, policy } = this.#parts;
    this.#begun = true;
    log.info({ nodes: watches.nodes.size, pools: pools.values().length, mode: policy.mode.kind }, 'started');
    this.#everythingChanged();
  }

  node(change: Change<StoredNode>): void {
    const { after } = change;
    if (!isOnlyAReport(change)) this.#nodeChanged(change);
    else if (this.#begun && after !== undefined) this.#parts.nodes.reported(after);
  }

  driverPod(change: Change<StoredDriverPod>): void {
    const { driverPods, driverSync } = this.#parts;
    for (const name of driverPods.apply(change)) this.touchNode(name);
    if (change.after === undefined && driverSync.waitsForPods) this.#driverObjects();
  }

  daemonSet({ before, after }: Change<StoredDaemonSet>): void {
    const { revisions, status } = this.#parts;
    if (before !== undefined && before.uid !== after?.uid) revisions.forget(before.uid);
    if (after !== undefined) revisions.see(after);
    if (!this.#begun) return;
    if (isEdited(before, after)) this.#driverObjects();
    const concerned = after ?? before;
    if (concerned !== undefined && isNewsForNodes(before, after)) this.touchNodesOf(concerned);
    status.touch();
  }

  policy({ before, after }: Change<StoredObject>): void {
    const { log, policy, status } = this.#parts;
    if (!this.#begun) return;
    status.touch();
    // Its status is written by the operator itself.
    if (generationOf(before) === generationOf(after) && before?.uid === after?.uid) return;
    const { name } = after ?? before ?? {};
    log.info({ policy: name, generation: generationOf(after), mode: policy.mode.kind }, 'policy changed');
    this.#everythingChanged();
  }

  object(): void {
    this.#driverObjects();
  }

  touchNode(name: string): void {
    if (this.#begun) this.#parts.nodes.touch(name);
  }

  /** The nodes that a DaemonSet selects, and those that still have a pod of it. */
  touchNodesOf(daemonSet: StoredDaemonSet): void {
    const { watches, driverPods, tally, status } = this.#parts;
    for (const node of watches.nodes.values()) {
      const hasPod = driverPods.on(node.name).some((pod) => pod.daemonSet === daemonSet.uid);
      if (!hasPod && !selects(daemonSet, node.labels)) continue;
      tally.doubt(node.name);
      this.touchNode(node.name);
    }
    status.touch();
  }

  #nodeChanged(change: Change<StoredNode>): void {
    const { pools, workloads, fleet } = this.#parts;
    const { key, before, after } = change;
    if (pools.apply(change)) this.#driverObjects();
    // Pods may have come while it was schedulable: what was read before that says nothing.
    if (before?.unschedulable === false) workloads.stale(key);
    // Counted by its label at once, whatever is decided later: whoever is in progress counts before anyone is let in.
    if (after !== undefined && (isMarked(before) || isMarked(after))) fleet.see(key, stateOfNode(after));
    else if (after === undefined && before !== undefined) this.#nodeGone(before);
    this.#warnIfUnknown(change);
    this.touchNode(key);
  }

  #driverObjects(): void {
    if (this.#begun) this.#parts.driverSync.touch();
  }

  #everythingChanged(): void {
    const { watches, status } = this.#parts;
    this.#driverObjects();
    for (const { name } of watches.nodes.values()) this.touchNode(name);
    status.touch();
  }

  /** Told once for each value that appears; the node is then handled as if it had no label. */
  #warnIfUnknown({ before, after: node }: Change<StoredNode>): void {
    const { log, actor } = this.#parts;
    const label = labelOf(node);
    if (node === undefined || label === undefined || label === labelOf(before) || isKnownState(label)) return;
    log.warn({ node: node.name, label }, 'label is no upgrade state: taken for none');
    const message = `"${label}" in label ${STATE_LABEL} is no state of a driver upgrade: taken for none`;
    actor.announce(node, { type: 'Warning', reason: 'UnknownUpgradeState', message });
  }

  #nodeGone(node: StoredNode): void {
    const { fleet, log, policy, actor, events } = this.#parts;
    fleet.remove(node.name);
    const state = stateOfNode(node);
    const { object } = policy;
    if (!isInProgress(state) || object === undefined) return;
    log.warn({ node: node.name, state }, 'node deleted in the middle of its upgrade');
    const message = `Node ${node.name} was deleted in the middle of its driver upgrade (${state}); the others go on`;
    const event = { type: 'Warning', reason: 'NodeDeletedDuringUpgrade', message } as const;
    actor.announce(node, event);
    const { apiVersion, kind } = object.object;
    events.record({ regarding: { apiVersion, kind, name: object.name, uid: object.uid }, ...event });
  }
}

/**
 * A kubelet writes its node every five minutes, changed or not: the same facts would lead to the same decision.
 *
 * @see https://kubernetes.io/docs/reference/node/node-status/#heartbeats
 */
function isOnlyAReport({ before, after }: Change<StoredNode>): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    isDeepStrictEqual({ ...before, resourceVersion: '' }, { ...after, resourceVersion: '' })
  );
}

function labelOf(node: StoredNode | undefined): string | undefined {
  return lookUp(node?.labels, STATE_LABEL);
}

function isMarked(node: StoredNode | undefined): boolean {
  return node !== undefined && stateOfNode(node) !== 'none';
}

function generationOf(policy: StoredObject | undefined): number | undefined {
  return policy?.object.metadata.generation;
}

/** The counts in a DaemonSet's status change with every pod, and concern no node. */
function isNewsForNodes(before: StoredDaemonSet | undefined, after: StoredDaemonSet | undefined): boolean {
  return (
    before?.uid !== after?.uid ||
    before?.generation !== after?.generation ||
    before?.observedGeneration !== after?.observedGeneration
  );
}

/** Something other than the status is different. */
function isEdited(before: StoredDaemonSet | undefined, after: StoredDaemonSet | undefined): boolean {
  if (before?.uid !== after?.uid || before?.generation !== after?.generation) return true;
  const parts = [before, after].map((each) => {
    const { labels, annotations, ownerReferences } = each?.object.metadata ?? {};
    return { labels, annotations, ownerReferences };
  });
  return !isDeepStrictEqual(parts[0], parts[1]);
}

import { POLICY_NAME } from '../contract/keys.ts';
import { isInProgress, type NodeState } from '../contract/states.ts';
import { nextCordonHolder, type CordonHolder } from './cordon-holder.ts';
import type {
  Change,
  ObservedEvent,
  Seen,
  SeenBudget,
  SeenDaemonSet,
  SeenNode,
  SeenPod,
  SeenPolicy,
  SeenRevision,
} from './seen.ts';

/** A policy and since when it has been in force; undefined: there is none. */
interface PolicySince {
  readonly since: number;
  readonly policy: SeenPolicy | undefined;
}

/** The cluster as it was at one resourceVersion, kept up by events in their order. */
export class Scene {
  readonly nodes = new Map<string, SeenNode>();
  readonly podsByNode = new Map<string, Map<string, SeenPod>>();
  readonly daemonSets = new Map<string, SeenDaemonSet>();
  readonly revisions = new Map<string, SeenRevision>();
  readonly budgets = new Map<string, SeenBudget>();
  /** Names of the nodes that hold a parallel slot. */
  readonly inProgress = new Set<string>();
  /** When a DaemonSet was first seen, by its UID. Absent: before the observation. */
  readonly daemonSetSince = new Map<string, number>();
  /** When a node was last put in progress by somebody else than the operator. */
  readonly pushedAt = new Map<string, number>();
  /** When the newest revision of a DaemonSet was first seen, by the DaemonSet's UID. */
  readonly newestRevisionSince = new Map<string, number>();
  /** When a pod was bound to its node, with the resourceVersion, by the pod's UID. Absent: before the observation. */
  readonly boundAt = new Map<string, { readonly rv: number; readonly time: number }>();
  /** Since when the DaemonSet controller has not taken up what a DaemonSet says, by its UID; absent: it has. */
  readonly unobservedSince = new Map<string, number>();
  /** When a driver pod on a node was last Ready, by the node's name. */
  readonly driverLastReady = new Map<string, number>();
  /** When a node last began to say that a driver waits for safe load. Absent: before the observation, or never. */
  readonly safeLoadSince = new Map<string, number>();
  /** The resourceVersion at which a node was last cordoned. Absent: before the observation. */
  readonly cordonedAt = new Map<string, number>();
  /** When somebody else than the operator last uncordoned a node. */
  readonly uncordonedByOthersAt = new Map<string, number>();
  /** For how many milliseconds a node was in the state that it was in before. Absent: since before the observation. */
  readonly stayedBefore = new Map<string, number>();
  /** When a node was last seen to leave the flow, or a phase of it that empties the node. */
  readonly leftEmptyingAt = new Map<string, number>();
  /** Nodes whose state before the one they are in was not written by the operator. */
  readonly cameByHand = new Set<string>();
  readonly #setByHand = new Set<string>();
  readonly #inStateSince = new Map<string, number>();
  readonly #cordonHolders = new Map<string, CordonHolder>();
  readonly #policies: PolicySince[] = [];

  /** Takes an event in and says what the object was before and is now. */
  apply(event: ObservedEvent): { kind: Seen['kind']; change: Change<Seen> } {
    const { rv, time, object, by } = event;
    const gone = event.type === 'gone';
    const changeOf = <T extends Seen>(map: Map<string, T>, key: string, seen: T): Change<T> => {
      const before = map.get(key);
      if (gone) map.delete(key);
      else map.set(key, seen);
      return { rv, time, by, before, after: gone ? undefined : seen };
    };
    switch (object.kind) {
      case 'Node': {
        const change = changeOf(this.nodes, object.name, object);
        this.#followNode(object.name, change, event.type === 'existing');
        return { kind: object.kind, change };
      }
      case 'Pod': {
        const before = this.#podBefore(object);
        const change = { rv, time, by, before, after: gone ? undefined : object };
        this.#followPod(change, event.type === 'existing');
        return { kind: object.kind, change };
      }
      case 'DaemonSet': {
        const change = changeOf(this.daemonSets, object.uid, object);
        this.#followDaemonSet(object.uid, change, event.type === 'existing');
        return { kind: object.kind, change };
      }
      case 'ControllerRevision': {
        const change = changeOf(this.revisions, object.uid, object);
        this.#followRevision(change);
        return { kind: object.kind, change };
      }
      case 'PodDisruptionBudget':
        return { kind: object.kind, change: changeOf(this.budgets, object.uid, object) };
      case 'NicClusterPolicy': {
        const before = this.policy;
        const since = event.type === 'existing' ? -Infinity : time;
        if (object.name === POLICY_NAME) this.#policies.push({ since, policy: gone ? undefined : object });
        return { kind: object.kind, change: { rv, time, before, after: this.policy } };
      }
    }
  }

  /** The policy in force; undefined: there is none, and the flow is off. */
  get policy(): SeenPolicy | undefined {
    return this.#policies.at(-1)?.policy;
  }

  /** The policies that were in force at any moment of the last `lag` milliseconds, the present one first. */
  policiesLately(time: number, lag: number): readonly (SeenPolicy | undefined)[] {
    const lately: (SeenPolicy | undefined)[] = [];
    for (const { since, policy } of [...this.#policies].reverse()) {
      lately.push(policy);
      if (since <= time - lag) return lately;
    }
    return [...lately, undefined];
  }

  podsOn(node: string): readonly SeenPod[] {
    return [...(this.podsByNode.get(node)?.values() ?? [])];
  }

  cordonHolder(node: string): CordonHolder {
    return this.#cordonHolders.get(node) ?? 'nobody';
  }

  /** The hash of a DaemonSet's newest ControllerRevision. */
  newestHash(daemonSetUid: string): string | undefined {
    let newest: SeenRevision | undefined;
    for (const revision of this.revisions.values()) {
      if (revision.daemonSetUid !== daemonSetUid) continue;
      if (newest === undefined || revision.revision > newest.revision) newest = revision;
    }
    return newest?.hash;
  }

  #followNode(name: string, change: Change<SeenNode>, existing: boolean): void {
    this.#cordonHolders.set(name, nextCordonHolder(this.cordonHolder(name), change));
    if (change.after !== undefined && isInProgress(change.after.state)) {
      if (change.by === 'others' && !this.inProgress.has(name)) this.pushedAt.set(name, change.time);
      this.inProgress.add(name);
    } else this.inProgress.delete(name);
    this.#followState(name, change, existing);
    if (existing) return;
    this.#followCordon(name, change);
    this.#followSafeLoad(name, change);
  }

  #followSafeLoad(name: string, { before, after, time }: Change<SeenNode>): void {
    if (after !== undefined && after.safeLoad !== undefined && before?.safeLoad === undefined)
      this.safeLoadSince.set(name, time);
  }

  #followCordon(name: string, { before, after, rv, time, by }: Change<SeenNode>): void {
    if (after === undefined) this.cordonedAt.delete(name);
    else if (after.unschedulable && before?.unschedulable !== true) this.cordonedAt.set(name, rv);
    else if (before?.unschedulable === true && !after.unschedulable && by === 'others')
      this.uncordonedByOthersAt.set(name, time);
  }

  #followDaemonSet(uid: string, { before, after, time }: Change<SeenDaemonSet>, existing: boolean): void {
    if (!existing && before === undefined) this.daemonSetSince.set(uid, time);
    if (after?.unobserved !== true) this.unobservedSince.delete(uid);
    else if (!this.unobservedSince.has(uid)) this.unobservedSince.set(uid, time);
  }

  #followRevision({ before, after, time }: Change<SeenRevision>): void {
    if (after?.daemonSetUid !== undefined && before?.revision !== after.revision)
      this.newestRevisionSince.set(after.daemonSetUid, time);
  }

  #followState(name: string, { before, after, time, by }: Change<SeenNode>, existing: boolean): void {
    if (existing || before?.state === after?.state) return;
    if (this.#setByHand.has(name)) this.cameByHand.add(name);
    else this.cameByHand.delete(name);
    if (by === 'others') this.#setByHand.add(name);
    else this.#setByHand.delete(name);
    const since = this.#inStateSince.get(name);
    if (since !== undefined) this.stayedBefore.set(name, time - since);
    this.#inStateSince.set(name, time);
    if (before !== undefined && isBeingEmptied(before.state)) this.leftEmptyingAt.set(name, time);
  }

  #podBefore(pod: SeenPod): SeenPod | undefined {
    return this.podsByNode.get(pod.nodeName ?? '')?.get(pod.uid) ?? this.podsByNode.get('')?.get(pod.uid);
  }

  /** Pods not bound yet stand under the empty node name. */
  #followPod(change: Change<SeenPod>, existing: boolean): void {
    const { rv, time, before, after } = change;
    if (before !== undefined) this.podsByNode.get(nodeOf(before))?.delete(before.uid);
    this.#followReadiness(change);
    if (after === undefined) {
      this.boundAt.delete(before?.uid ?? '');
      return;
    }
    const node = nodeOf(after);
    const there = this.podsByNode.get(node) ?? new Map<string, SeenPod>();
    this.podsByNode.set(node, there.set(after.uid, after));
    const isBound = node !== '' && nodeOf(before) === '';
    if (isBound && !existing) this.boundAt.set(after.uid, { rv, time });
  }

  /** Whoever deletes a driver pod need not be told that it goes: to them it is not Ready any more from then on. */
  #followReadiness({ before, after, time, by }: Change<SeenPod>): void {
    if (by !== 'others' && isReadyDriver(before) && after?.deleting === true)
      this.driverLastReady.delete(nodeOf(after));
    else if (isReadyDriver(before) || isReadyDriver(after))
      this.driverLastReady.set(nodeOf(after ?? before), time);
  }
}

function isReadyDriver(pod: SeenPod | undefined): boolean {
  return pod?.driver === true && pod.ready && !pod.deleting;
}

function nodeOf(pod: SeenPod | undefined): string {
  return pod?.nodeName ?? '';
}

/** The phases in which pods are evicted: the drain, and whatever the last look before the reload still finds. */
export function isBeingEmptied(state: NodeState): boolean {
  return state === 'drain-required' || state === 'pod-restart-required';
}

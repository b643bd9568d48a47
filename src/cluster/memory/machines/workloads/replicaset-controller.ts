import { keyOf } from '../../../object-cache.ts';
import { controllerOf } from '../../../../kubernetes/objects.ts';
import type { Change, Changes } from '../changes.ts';
import { AS_CONTROLLER } from '../context.ts';
import type { Context } from '../context.ts';
import { Groups } from '../groups.ts';
import type { Pod, ReplicaSet } from '../objects.ts';
import { keyOfController } from '../owners.ts';
import { claimPods, isClaimable } from '../pods/claims.ts';
import { deletePod } from '../pods/delete-pod.ts';
import { newPod } from '../pods/new-pod.ts';
import { isActive, isReady } from '../pods/pod-facts.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { PODS, REPLICA_SETS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { writeStatus } from '../writes.ts';
import { byDispensability } from './dispensability.ts';

/** How many pods are made, or deleted, in one go. */
const BURST = 500;

/** How many pods a ReplicaSet has, kept up by difference. */
interface Counts {
  active: number;
  ready: number;
}

/** So many pods of each ReplicaSet: what is evicted comes back, elsewhere. */
export class ReplicaSetController {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #pods: PodIndex;
  readonly #inNamespace = new Groups<ReplicaSet>(({ metadata }) => metadata.namespace);
  /** By UID of the owner. */
  readonly #counts = new Map<string, Counts>();
  /** Those for which there may be pods to adopt or to let go of. */
  readonly #claims = new Set<string>();

  constructor(context: Context, changes: Changes, pods: PodIndex) {
    this.#context = context;
    this.#pods = pods;
    this.queue = new WorkQueue(context, context.delays.controller, (key) => {
      this.#sync(key);
    });
    changes.of<ReplicaSet>(REPLICA_SETS, (change) => {
      this.#inNamespace.update(change);
      this.#heardOfReplicaSet(change);
    });
    changes.of<Pod>(PODS, (change) => {
      this.#heardOfPod(change);
    });
  }

  #heardOfReplicaSet({ before, after }: Change<ReplicaSet>): void {
    if (after === undefined) this.#counts.delete(before.metadata.uid ?? '');
    else if (before?.metadata.generation !== after.metadata.generation) {
      if (before === undefined) this.#claims.add(keyOf(after.metadata));
      this.queue.add(keyOf(after.metadata));
    }
  }

  #heardOfPod({ before, after }: Change<Pod>): void {
    this.#count(before, -1);
    this.#count(after, 1);
    this.#wake(before, after);
    if (after === undefined || before?.metadata.labels === after.metadata.labels) return;
    if (controllerOf(after.metadata) === undefined) this.#offer(after);
    else if (before !== undefined) this.#claim(keyOfController(after.metadata, 'ReplicaSet'));
  }

  #count(pod: Pod | undefined, sign: 1 | -1): void {
    if (pod === undefined || !isActive(pod)) return;
    const owner = controllerOf(pod.metadata);
    if (owner?.kind !== 'ReplicaSet') return;
    let counts = this.#counts.get(owner.uid);
    if (counts === undefined) this.#counts.set(owner.uid, (counts = { active: 0, ready: 0 }));
    counts.active += sign;
    if (isReady(pod)) counts.ready += sign;
  }

  /** Most changes of a pod make no difference to its owner. */
  #wake(before: Pod | undefined, after: Pod | undefined): void {
    if (contribution(before) === contribution(after)) return;
    for (const pod of [before, after]) {
      const key = pod === undefined ? undefined : keyOfController(pod.metadata, 'ReplicaSet');
      if (key !== undefined) this.queue.add(key);
    }
  }

  /** A pod that is nobody's may be one for a ReplicaSet. */
  #offer(pod: Pod): void {
    for (const [key, replicaSet] of this.#inNamespace.get(pod.metadata.namespace ?? '')) {
      if (isClaimable(pod, replicaSet)) this.#claim(key);
    }
  }

  #claim(key: string | undefined): void {
    if (key === undefined) return;
    this.#claims.add(key);
    this.queue.add(key);
  }

  #sync(key: string): void {
    const replicaSet = this.#find(key);
    if (replicaSet === undefined) return;
    if (replicaSet.metadata.deletionTimestamp === undefined) {
      if (this.#claims.has(key)) claimPods(this.#context, this.#pods, replicaSet);
      this.#claims.delete(key);
      this.#scale(replicaSet);
    }
    this.#report(key);
  }

  #scale(replicaSet: ReplicaSet): void {
    const surplus = this.#countsOf(replicaSet).active - (replicaSet.spec.replicas ?? 1);
    for (let missing = Math.min(-surplus, BURST); missing > 0; missing -= 1) {
      this.#context.api.create(PODS, newPod(replicaSet), AS_CONTROLLER);
    }
    if (surplus <= 0) return;
    const owned = this.#pods.ownedBy.get(replicaSet.metadata.uid ?? '').values();
    const active = [...owned].filter(isActive).sort(byDispensability);
    for (const pod of active.slice(0, Math.min(surplus, BURST))) deletePod(this.#context, pod);
  }

  #report(key: string): void {
    const replicaSet = this.#find(key);
    if (replicaSet === undefined) return;
    const { active, ready } = this.#countsOf(replicaSet);
    const status = {
      ...replicaSet.status,
      replicas: active,
      fullyLabeledReplicas: active,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: replicaSet.metadata.generation ?? 0,
    };
    writeStatus(this.#context, REPLICA_SETS, replicaSet, status);
  }

  #countsOf({ metadata }: ReplicaSet): Readonly<Counts> {
    return this.#counts.get(metadata.uid ?? '') ?? { active: 0, ready: 0 };
  }

  #find(key: string): ReplicaSet | undefined {
    const [namespace = '', name = ''] = key.split('/');
    return this.#context.api.find(REPLICA_SETS, { namespace, name }) as ReplicaSet | undefined;
  }
}

/** What a pod is to its owner: equal before and after, nothing has changed for the owner. */
function contribution(pod: Pod | undefined): string | undefined {
  if (pod === undefined || !isActive(pod)) return undefined;
  return `${controllerOf(pod.metadata)?.uid ?? ''} ${isReady(pod)}`;
}

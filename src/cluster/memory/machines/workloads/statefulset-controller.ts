import { keyOf } from '../../../object-cache.ts';
import { lookUp } from '../../../../kubernetes/objects.ts';
import { latest } from '../changes.ts';
import type { Changes } from '../changes.ts';
import { AS_CONTROLLER } from '../context.ts';
import type { Context } from '../context.ts';
import type { ControllerRevision, Pod, StatefulSet } from '../objects.ts';
import { keyOfController } from '../owners.ts';
import { deletePod } from '../pods/delete-pod.ts';
import { newPod } from '../pods/new-pod.ts';
import { isReady, isTerminal, isTerminating } from '../pods/pod-facts.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { CONTROLLER_REVISIONS, PODS, STATEFUL_SETS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { writeStatus } from '../writes.ts';
import { cleanUpHistory, REVISION_HASH_LABEL, syncHistory } from './revisions.ts';
import type { History } from './revisions.ts';

/**
 * Pods with numbers, each of which comes back under its old name once the one before it is gone. It knows of no volumes and of no
 * partitions.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export class StatefulSetController {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #pods: PodIndex;

  constructor(context: Context, changes: Changes, pods: PodIndex) {
    this.#context = context;
    this.#pods = pods;
    this.queue = new WorkQueue(context, context.delays.controller, (key) => {
      this.#sync(key);
    });
    changes.of<StatefulSet>(STATEFUL_SETS, ({ before, after }) => {
      if (after !== undefined && before?.metadata.generation !== after.metadata.generation) {
        this.queue.add(keyOf(after.metadata));
      }
    });
    for (const kind of [PODS, CONTROLLER_REVISIONS]) {
      changes.of<Pod | ControllerRevision>(kind, (change) => {
        const key = keyOfController(latest(change).metadata, 'StatefulSet');
        if (key !== undefined) this.queue.add(key);
      });
    }
  }

  #sync(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const set = this.#context.api.find(STATEFUL_SETS, { namespace, name }) as StatefulSet | undefined;
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    const history = syncHistory(this.#context, set);
    if (history === undefined) return;
    const pods = [...this.#pods.ownedBy.get(set.metadata.uid ?? '').values()];
    const inUse = (): ReadonlySet<string> => new Set(pods.map((pod) => hashOf(pod).slice(name.length + 1)));
    cleanUpHistory(this.#context, set, history, inUse);
    if (this.#scale(set, pods, history)) this.#roll(set, pods, history);
    this.#report(set, history);
  }

  /** @returns whether all pods are there, and Ready */
  #scale(set: StatefulSet, pods: readonly Pod[], { hash }: History): boolean {
    const isOrdered = set.spec.podManagementPolicy !== 'Parallel';
    const replicas = set.spec.replicas ?? 1;
    const byNumber = new Map(pods.map((pod) => [numberOf(pod, set), pod]));
    let isComplete = true;
    for (let number = 0; number < replicas; number += 1) {
      if (this.#see(set, byNumber.get(number), number, hash)) continue;
      isComplete = false;
      if (isOrdered) return false;
    }
    const surplus = pods.filter((pod) => numberOf(pod, set) >= replicas);
    const [last] = surplus.sort((a, b) => numberOf(b, set) - numberOf(a, set));
    if (last !== undefined && !isTerminating(last)) deletePod(this.#context, last);
    return isComplete && surplus.length === 0;
  }

  /** @returns whether the pod of this number is there, and Ready */
  #see(set: StatefulSet, pod: Pod | undefined, number: number, hash: string): boolean {
    if (pod === undefined) {
      const name = `${set.metadata.name}-${number}`;
      const labels = {
        [REVISION_HASH_LABEL]: `${set.metadata.name}-${hash}`,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(number),
      };
      this.#context.api.create(PODS, newPod(set, { name, labels }), AS_CONTROLLER);
      return false;
    }
    if (isTerminating(pod)) return false;
    if (isTerminal(pod)) deletePod(this.#context, pod);
    return isReady(pod);
  }

  /** One at a time, the highest number first. */
  #roll(set: StatefulSet, pods: readonly Pod[], { hash }: History): void {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const [old] = pods
      .filter((pod) => hashOf(pod) !== `${set.metadata.name}-${hash}`)
      .sort((a, b) => numberOf(b, set) - numberOf(a, set));
    if (old !== undefined) deletePod(this.#context, old);
  }

  #report(set: StatefulSet, { hash }: History): void {
    const pods = [...this.#pods.ownedBy.get(set.metadata.uid ?? '').values()];
    const ready = pods.filter(isReady).length;
    const newest = `${set.metadata.name}-${hash}`;
    const updated = pods.filter((pod) => hashOf(pod) === newest).length;
    const isDone = updated === pods.length;
    writeStatus(this.#context, STATEFUL_SETS, set, {
      ...set.status,
      observedGeneration: set.metadata.generation ?? 0,
      replicas: pods.length,
      readyReplicas: ready,
      availableReplicas: ready,
      currentReplicas: isDone ? updated : pods.length - updated,
      updatedReplicas: updated,
      currentRevision: isDone ? newest : (set.status?.['currentRevision'] ?? newest),
      updateRevision: newest,
      collisionCount: 0,
    });
  }
}

/** A StatefulSet's pods carry the whole name of the revision. */
function hashOf({ metadata }: Pod): string {
  return lookUp(metadata.labels, REVISION_HASH_LABEL) ?? '';
}

function numberOf({ metadata }: Pod, set: StatefulSet): number {
  const rest = metadata.name.slice(set.metadata.name.length + 1);
  return /^\d+$/.test(rest) ? Number(rest) : Infinity;
}

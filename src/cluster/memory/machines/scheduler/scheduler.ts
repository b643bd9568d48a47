import { keyOf } from '../../../object-cache.ts';
import { StatusError } from '../../api/status-error.ts';
import { latest } from '../changes.ts';
import type { Change, Changes } from '../changes.ts';
import { conditionOf, withCondition } from '../conditions.ts';
import { AS_SCHEDULER, AS_SCHEDULER_OF_STATUS, jittered, timestamp } from '../context.ts';
import type { Context } from '../context.ts';
import type { NodeIndex } from '../nodes/node-index.ts';
import type { Condition, NodeObject, Pod } from '../objects.ts';
import { intendedNode, isBound, isTerminal, isTerminating } from '../pods/pod-facts.ts';
import { NODES, PODS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { NOT_MATCHED, whyNot } from './fit.ts';
import { NodeLoads } from './node-loads.ts';
import { WaitingPods } from './waiting-pods.ts';

/**
 * Finds a node for each pod that has none: of those that fit, the one with the fewest pods. As a real one does, it binds a pod some
 * time after it has chosen, and does not look at the node again: one that was cordoned in between gets the pod all the same.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
 */
export class Scheduler {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #nodes: NodeIndex;
  readonly #loads = new NodeLoads();
  readonly #waiting = new WaitingPods();
  readonly #bindings = new Set<() => void>();

  constructor(context: Context, changes: Changes, nodes: NodeIndex) {
    this.#context = context;
    this.#nodes = nodes;
    this.queue = new WorkQueue(context, context.delays.scheduling, (key) => {
      this.#schedule(key);
    });
    changes.of<Pod>(PODS, (change) => {
      this.#heardOfPod(change);
    });
    changes.of<NodeObject>(NODES, (change) => {
      this.#heardOfNode(change);
    });
  }

  stop(): void {
    this.queue.stop();
    for (const cancel of this.#bindings) cancel();
  }

  #heardOfPod(change: Change<Pod>): void {
    const { before, after } = change;
    if (after !== undefined && isSchedulable(after)) {
      // Those that are to be tried again are among the waiting.
      if (before === undefined || !isSchedulable(before)) this.queue.add(keyOf(after.metadata));
      return;
    }
    this.#waiting.forget(latest(change));
    if (after !== undefined && isBound(after) && !isTerminal(after)) {
      this.#loads.put(after, after.spec?.nodeName ?? '');
    } else this.#vacate(keyOf(latest(change).metadata));
  }

  /** A pod takes up no room any more. */
  #vacate(key: string): void {
    const place = this.#loads.placeOf(key);
    if (place === undefined) return;
    this.#loads.remove(key);
    this.#lookAgain(place);
  }

  #heardOfNode(change: Change<NodeObject>): void {
    const { name } = latest(change).metadata;
    if (change.after === undefined) {
      this.#loads.removeNode(name);
      return;
    }
    this.#loads.addNode(name);
    if (isMoved(change)) this.#lookAgain(name);
  }

  /** Something about a node has changed: a pod that found no place may have one there. */
  #lookAgain(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    const { api, delays, random } = this.#context;
    const fits = (pod: Pod): boolean => whyNot(pod, node, this.#loads.of(name)) === undefined;
    for (const [key, wait] of this.#waiting.takeFor(name, fits, api.clock.monotonic())) {
      this.queue.add(key, Math.max(wait, jittered(delays.scheduling, random)));
    }
  }

  #schedule(key: string): void {
    const pod = this.#find(key);
    if (pod === undefined || !isSchedulable(pod)) return;
    const found = this.#choose(pod);
    if (typeof found === 'string') {
      this.#loads.put(pod, found);
      this.#bindSoon(pod, found);
      return;
    }
    this.#waiting.add(pod, this.#context.api.clock.monotonic());
    this.#report(pod, {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: messageOf(found, this.#nodes.size),
    });
  }

  /** @returns a node, or how many nodes do not fit for which reason */
  #choose(pod: Pod): string | ReadonlyMap<string, number> {
    const reasons = new Map<string, number>();
    let others = this.#nodes.size;
    for (const load of this.#candidates(pod)) {
      const node = this.#nodes.get(load.node);
      if (node === undefined) continue;
      const reason = whyNot(pod, node, load);
      if (reason === undefined) return load.node;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      others -= 1;
    }
    if (others > 0) reasons.set(NOT_MATCHED, (reasons.get(NOT_MATCHED) ?? 0) + others);
    return reasons;
  }

  #candidates(pod: Pod): Iterable<ReturnType<NodeLoads['of']>> {
    const only = intendedNode(pod.spec);
    return only === undefined ? this.#loads.byLoad() : [this.#loads.of(only)];
  }

  #bindSoon(pod: Pod, node: string): void {
    const { api, delays, random } = this.#context;
    const cancel = api.clock.after(jittered(delays.binding, random), () => {
      this.#bindings.delete(cancel);
      this.#bind(pod, node);
    });
    this.#bindings.add(cancel);
  }

  #bind({ metadata }: Pod, node: string): void {
    const key = keyOf(metadata);
    const pod = this.#find(key);
    if (pod === undefined || pod.metadata.uid !== metadata.uid) return;
    try {
      const bound: Pod = { ...pod, spec: { ...pod.spec, nodeName: node } };
      this.#context.api.update(PODS, bound, AS_SCHEDULER);
      // Of a pod that was never said to be unschedulable, the kubelet says so with all else.
      if (conditionOf(pod.status?.conditions, 'PodScheduled') !== undefined) {
        this.#report(this.#find(key), { type: 'PodScheduled', status: 'True' });
      }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // If it is only that this was not told, the kubelet will.
      if (isBound(this.#find(key) ?? pod)) return;
      this.#loads.remove(key);
      this.queue.add(key);
    }
  }

  #report(pod: Pod | undefined, condition: Condition): void {
    if (pod === undefined) return;
    const { conditions } = pod.status ?? {};
    const old = conditionOf(conditions, condition.type);
    if (old?.status === condition.status && old.message === condition.message) return;
    const next = withCondition(conditions, condition, timestamp(this.#context.api.clock));
    const reported: Pod = { ...pod, status: { ...pod.status, conditions: next } };
    this.#context.api.update(PODS, reported, AS_SCHEDULER_OF_STATUS);
  }

  #find(key: string): Pod | undefined {
    const [namespace = '', name = ''] = key.split('/');
    return this.#context.api.find(PODS, { namespace, name });
  }
}

/** Whether a pod is this scheduler's to find a node for. */
function isSchedulable(pod: Pod): boolean {
  const { schedulerName = 'default-scheduler', schedulingGates = [] } = pod.spec ?? {};
  return (
    !isBound(pod) &&
    !isTerminating(pod) &&
    !isTerminal(pod) &&
    schedulerName === 'default-scheduler' &&
    schedulingGates.length === 0
  );
}

/** Whether the scheduler could see a difference. */
function isMoved({ before, after }: Change<NodeObject>): boolean {
  if (before === undefined || after === undefined) return true;
  return (
    before.spec !== after.spec ||
    before.metadata.labels !== after.metadata.labels ||
    before.status?.allocatable !== after.status?.allocatable
  );
}

function messageOf(reasons: ReadonlyMap<string, number>, nodes: number): string {
  if (reasons.size === 0) return 'no nodes available to schedule pods';
  const counted = [...reasons]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, count]) => `${count} ${reason}`);
  return `0/${nodes} nodes are available: ${counted.join(', ')}.`;
}

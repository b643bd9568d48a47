import type { Change, Changes } from '../changes.ts';
import { conditionOf, withCondition } from '../conditions.ts';
import { AS_KUBELET_OF_STATUS, timestamp } from '../context.ts';
import type { Context } from '../context.ts';
import type { Condition, NodeObject, Taint } from '../objects.ts';
import { isReady } from '../pods/pod-facts.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { NODES, PODS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { writeObject, writeStatus } from '../writes.ts';
import { healthyConditions } from './node-object.ts';
import { NOT_READY_TAINT, UNREACHABLE_TAINT, UNSCHEDULABLE_TAINT } from './taints.ts';

/**
 * How long nothing is heard of a kubelet until its node is NotReady.
 *
 * @see https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ --node-monitor-grace-period
 */
const MONITOR_GRACE_PERIOD = 50_000;

/** The taints that stand for something else that is said of a node, and come and go with it. */
const OWN_TAINTS: readonly (readonly [key: string, effect: string])[] = [
  [UNSCHEDULABLE_TAINT, 'NoSchedule'],
  [NOT_READY_TAINT, 'NoSchedule'],
  [NOT_READY_TAINT, 'NoExecute'],
  [UNREACHABLE_TAINT, 'NoSchedule'],
  [UNREACHABLE_TAINT, 'NoExecute'],
];

/**
 * What is said of nodes: by their kubelets, that they are well; by the control plane, that nothing is heard of them, and the taints that
 * keep pods away. Kubelets that are well do not repeat it.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
 */
export class NodeLifecycle {
  readonly queue: WorkQueue;
  /** Looks after what is known of nodes. It is not paused with the rest: kubelets are not. */
  readonly #health: WorkQueue;
  readonly #context: Context;
  readonly #pods: PodIndex;
  /** Since when nothing is heard of a kubelet, on the monotonic clock. */
  readonly #silentSince = new Map<string, number>();

  constructor(context: Context, changes: Changes, pods: PodIndex) {
    this.#context = context;
    this.#pods = pods;
    this.queue = new WorkQueue(context, context.delays.controller, (name) => {
      this.#taint(name);
    });
    this.#health = new WorkQueue(context, context.delays.kubelet, (name) => {
      this.#tell(name);
    });
    changes.of<NodeObject>(NODES, (change) => {
      this.#heardOfNode(change);
    });
  }

  /** Its kubelet is heard of, and says that all is well; or it is not heard of from now on. */
  setHeard(name: string, isHeard: boolean): void {
    if (isHeard) {
      this.#silentSince.delete(name);
      this.#health.add(name);
    } else {
      this.#silentSince.set(name, this.#context.api.clock.monotonic());
      this.#health.add(name, MONITOR_GRACE_PERIOD);
    }
  }

  stop(): void {
    this.queue.stop();
    this.#health.stop();
  }

  #heardOfNode({ before, after }: Change<NodeObject>): void {
    if (after === undefined) {
      this.#silentSince.delete(before.metadata.name);
      return;
    }
    const { name } = after.metadata;
    // A Node that was not made by its kubelet hears from it all the same.
    if (before === undefined && readyOf(after) === undefined) this.setHeard(name, true);
    if (before?.spec !== after.spec || readyOf(before) !== readyOf(after)) this.queue.add(name);
  }

  #taint(name: string): void {
    const node = this.#find(name);
    if (node === undefined) return;
    const taints = node.spec?.taints ?? [];
    const wanted = wantedTaints(node);
    const isStale = (taint: Taint): boolean => isIn(OWN_TAINTS, taint) && !isIn(wanted, taint);
    const timeAdded = timestamp(this.#context.api.clock);
    const missing = wanted
      .filter(([key, effect]) => !taints.some((taint) => taint.key === key && taint.effect === effect))
      .map(([key, effect]): Taint => ({ key, effect, timeAdded }));
    if (missing.length === 0 && !taints.some(isStale)) return;
    const next: NodeObject = {
      ...node,
      spec: { ...node.spec, taints: [...taints.filter((taint) => !isStale(taint)), ...missing] },
    };
    writeObject(this.#context, NODES, next);
  }

  #tell(name: string): void {
    const node = this.#find(name);
    if (node === undefined) return;
    const since = this.#silentSince.get(name);
    if (since === undefined) {
      this.#postHealthy(node);
      return;
    }
    const left = since + MONITOR_GRACE_PERIOD - this.#context.api.clock.monotonic();
    if (left > 0) this.#health.add(name, left);
    else this.#giveUp(node);
  }

  #postHealthy(node: NodeObject): void {
    const now = timestamp(this.#context.api.clock);
    const conditions = healthyConditions(now).reduce<readonly Condition[]>(
      (all, { lastTransitionTime: _, ...condition }) => withCondition(all, condition, now),
      node.status?.conditions ?? [],
    );
    const next: NodeObject = { ...node, status: { ...node.status, conditions } };
    this.#context.api.update(NODES, next, AS_KUBELET_OF_STATUS);
  }

  /** Nothing is known of the node any more, and its pods can hardly be ready. */
  #giveUp(node: NodeObject): void {
    const now = timestamp(this.#context.api.clock);
    const unknown = {
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    };
    const conditions = (node.status?.conditions ?? []).map((condition) =>
      condition.status === 'Unknown' ? condition : { ...condition, ...unknown, lastTransitionTime: now },
    );
    writeStatus(this.#context, NODES, node, { ...node.status, conditions });
    for (const pod of [...this.#pods.onNode.get(node.metadata.name).values()]) {
      if (!isReady(pod)) continue;
      const ready = withCondition(pod.status?.conditions, { type: 'Ready', status: 'False' }, now);
      writeStatus(this.#context, PODS, pod, { ...pod.status, conditions: ready });
    }
  }

  #find(name: string): NodeObject | undefined {
    return this.#context.api.find(NODES, { name });
  }
}

function wantedTaints(node: NodeObject): readonly (readonly [key: string, effect: string])[] {
  return OWN_TAINTS.filter(([key]) =>
    key === UNSCHEDULABLE_TAINT ? node.spec?.unschedulable === true : key === TROUBLES.get(readyOf(node)),
  );
}

const TROUBLES: ReadonlyMap<string | undefined, string> = new Map([
  ['False', NOT_READY_TAINT],
  ['Unknown', UNREACHABLE_TAINT],
]);

function readyOf(node: NodeObject | undefined): string | undefined {
  return conditionOf(node?.status?.conditions, 'Ready')?.status;
}

function isIn(taints: readonly (readonly [key: string, effect: string])[], { key, effect }: Taint): boolean {
  return taints.some(([otherKey, otherEffect]) => key === otherKey && effect === otherEffect);
}

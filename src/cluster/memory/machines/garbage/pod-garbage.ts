import type { Changes } from '../changes.ts';
import { withCondition } from '../conditions.ts';
import { timestamp } from '../context.ts';
import type { Context } from '../context.ts';
import type { NodeIndex } from '../nodes/node-index.ts';
import type { NodeObject, Pod } from '../objects.ts';
import { deletePod } from '../pods/delete-pod.ts';
import { isBound, isTerminal } from '../pods/pod-facts.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { NODES, PODS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { writeStatus } from '../writes.ts';

/**
 * For how long a node has to be gone, and how often that is looked into.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/podgc/gc_controller.go quarantineTime, gcCheckPeriod
 */
const QUARANTINE = 40_000;
const CHECK_PERIOD = 20_000;

/** Deletes the pods of nodes that are no more: no kubelet will ever say that they have ended. */
export class PodGarbageCollector {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #nodes: NodeIndex;
  readonly #pods: PodIndex;

  constructor(context: Context, changes: Changes, indexes: { nodes: NodeIndex; pods: PodIndex }) {
    this.#context = context;
    this.#nodes = indexes.nodes;
    this.#pods = indexes.pods;
    this.queue = new WorkQueue(context, context.delays.controller, (node) => {
      if (this.#nodes.get(node) === undefined) this.#collect(node);
    });
    changes.of<NodeObject>(NODES, ({ before, after }) => {
      if (before !== undefined && after === undefined) this.#suspect(before.metadata.name);
    });
    changes.of<Pod>(PODS, ({ before, after }) => {
      if (after === undefined || !isBound(after) || (before !== undefined && isBound(before))) return;
      const { nodeName = '' } = after.spec ?? {};
      if (this.#nodes.get(nodeName) === undefined) this.#suspect(nodeName);
    });
  }

  #suspect(node: string): void {
    this.queue.add(node, QUARANTINE + CHECK_PERIOD * this.#context.random());
  }

  #collect(node: string): void {
    for (const pod of [...this.#pods.onNode.get(node).values()]) {
      if (!isTerminal(pod)) this.#markFailed(pod);
      deletePod(this.#context, pod, 0);
    }
  }

  #markFailed(pod: Pod): void {
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
    };
    const conditions = withCondition(pod.status?.conditions, condition, timestamp(this.#context.api.clock));
    writeStatus(this.#context, PODS, pod, { ...pod.status, phase: 'Failed', conditions });
  }
}

import type { Change, Changes } from '../changes.ts';
import { withCondition } from '../conditions.ts';
import { timestamp } from '../context.ts';
import type { Context } from '../context.ts';
import type { NodeObject, Pod, Taint, Toleration } from '../objects.ts';
import { deletePod } from '../pods/delete-pod.ts';
import { isTerminating } from '../pods/pod-facts.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { NODES, PODS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { writeStatus } from '../writes.ts';
import type { NodeIndex } from './node-index.ts';
import { tolerates } from './taints.ts';

interface Stay {
  /** Since when it has been tolerating, on the monotonic clock. */
  readonly since: number;
  readonly until: number;
}

/**
 * Deletes the pods that do not tolerate a NoExecute taint of their node, or have tolerated it for long enough.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
export class TaintEviction {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #nodes: NodeIndex;
  readonly #pods: PodIndex;
  /** Of the pods that are to be deleted, by key. */
  readonly #stays = new Map<string, Stay>();

  constructor(context: Context, changes: Changes, indexes: { nodes: NodeIndex; pods: PodIndex }) {
    this.#context = context;
    this.#nodes = indexes.nodes;
    this.#pods = indexes.pods;
    this.queue = new WorkQueue(context, context.delays.controller, (key) => {
      this.#look(key);
    });
    changes.of<NodeObject>(NODES, ({ before, after }) => {
      if (after === undefined || before?.spec?.taints === after.spec?.taints) return;
      if (!isExecuting(before) && !isExecuting(after)) return;
      for (const key of this.#pods.onNode.get(after.metadata.name).keys()) this.queue.add(key);
    });
    changes.of<Pod>(PODS, (change) => {
      this.#heardOfPod(change);
    });
  }

  #heardOfPod({ before, after }: Change<Pod>): void {
    if (after === undefined) {
      this.#stays.delete(keyOfPod(before));
    } else if (before?.spec !== after.spec && isExecuting(this.#nodes.get(after.spec?.nodeName ?? ''))) {
      this.queue.add(keyOfPod(after));
    }
  }

  #look(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const pod = this.#context.api.find(PODS, { namespace, name }) as Pod | undefined;
    const seconds = pod === undefined || isTerminating(pod) ? Infinity : this.#toleratedFor(pod);
    if (pod === undefined || seconds === Infinity) {
      this.#stays.delete(key);
      return;
    }
    const now = this.#context.api.clock.monotonic();
    const since = this.#stays.get(key)?.since ?? now;
    const until = since + seconds * 1000;
    this.#stays.set(key, { since, until });
    if (until > now) this.queue.add(key, until - now);
    else this.#evict(pod);
  }

  /** For how many seconds a pod may stay with the taints of its node. */
  #toleratedFor({ spec }: Pod): number {
    const taints = this.#nodes.get(spec?.nodeName ?? '')?.spec?.taints ?? [];
    const times = taints
      .filter(({ effect }) => effect === 'NoExecute')
      .map((taint) => secondsFor(taint, spec?.tolerations ?? []));
    return Math.min(...times, Infinity);
  }

  #evict(pod: Pod): void {
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    };
    const conditions = withCondition(pod.status?.conditions, condition, timestamp(this.#context.api.clock));
    writeStatus(this.#context, PODS, pod, { ...pod.status, conditions });
    deletePod(this.#context, pod);
    this.#stays.delete(keyOfPod(pod));
  }
}

/** Of several tolerations for one taint the shortest counts. */
function secondsFor(taint: Taint, tolerations: readonly Toleration[]): number {
  const matching = tolerations.filter((toleration) => tolerates(toleration, taint));
  if (matching.length === 0) return 0;
  return Math.min(...matching.map(({ tolerationSeconds = Infinity }) => Math.max(tolerationSeconds, 0)));
}

function isExecuting(node: NodeObject | undefined): boolean {
  return node?.spec?.taints?.some(({ effect }) => effect === 'NoExecute') === true;
}

function keyOfPod({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

import { ApiError, hasCode } from '../../cluster/errors.ts';
import type { Cluster } from '../../cluster/port.ts';
import { told, type Budget, type ReasonCode } from '../../reasons/index.ts';
import type { Announcement, NodeChange } from '../../upgrade/actions.ts';
import type { WorkloadPod } from '../../upgrade/view.ts';
import type { EventRecorder } from '../telemetry/event-recorder.ts';
import type { Logger } from '../telemetry/log.ts';
import type { EvictionResult, Metrics } from '../telemetry/metrics.ts';
import { refusingBudget } from './refusing-budget.ts';
import { FENCE_ANNOTATION, STATE_LABEL } from '../../contract/keys.ts';
import { parseState, type NodeState } from '../../contract/states.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import { driverPods, type StoredDriverPod } from '../resources/driver-pods.ts';
import { mapOperations } from '../resources/map-patch.ts';
import { nodes as nodeType, type StoredNode } from '../resources/nodes.ts';
import { nodePatch, type LabelChanges } from './node-patch.ts';

export interface ActorOptions {
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  /** A write to a node, or to its driver pod, got no answer: it may be done yet, at any time. */
  readonly onDoubt?: (node: string) => void;
  /** A pod was evicted. */
  readonly onEvicted?: () => void;
}

/** What came of asking for an eviction, in the API server's words, and by which budget it was refused, if it said so. */
export interface EvictionOutcome {
  readonly result: EvictionResult;
  readonly message: string;
  readonly budget?: Budget;
}

/** Does what was decided: one request each, with its condition, and the word about it once it is done. */
export class Actor {
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  /**
   * Writes a change to a node. If the node is not what the decision believed, or no answer came back, the node is read instead.
   *
   * @returns the node as it is now; undefined if it is gone
   * @throws ApiError if neither could be done
   */
  async patchNode(
    node: StoredNode,
    change: NodeChange,
    labels: LabelChanges,
  ): Promise<StoredNode | undefined> {
    const { cluster, log, signal } = this.#options;
    try {
      const patched = await cluster.patch(nodeType, { name: node.name }, nodePatch(node, change, labels), {
        signal,
      });
      this.#tell(node, change);
      return patched;
    } catch (error) {
      if (mayBeUnderWay(error)) this.#options.onDoubt?.(node.name);
      if (!isAnswerStale(error)) throw error;
      log.debug({ node: node.name, error }, 'node is not what it was believed to be: reading it');
    }
    return this.#readNode(node);
  }

  async #readNode({ name, resourceVersion }: StoredNode): Promise<StoredNode | undefined> {
    const { cluster, signal } = this.#options;
    try {
      const node = await cluster.get(nodeType, { name }, { signal });
      if (node.resourceVersion === resourceVersion) {
        throw new ApiError(
          'conflict',
          `The write to node ${name} was refused, though the node has not changed`,
        );
      }
      return node;
    } catch (error) {
      if (hasCode(error, 'not-found')) return undefined;
      throw error;
    }
  }

  /**
   * Takes a node in hand: whatever others may still have under way for it, or for its driver pods, is refused from here on.
   *
   * @param pods the driver pods whose deletion others may have asked for; they are marked first, so that a node that bears the mark is
   * done with
   * @returns the node as it is now, in this one's hands if it bears the stamp; undefined if it is gone
   * @throws ApiError if one of them could not be written
   */
  async takeInHand(
    node: StoredNode,
    pods: readonly StoredDriverPod[],
    stamp: string,
  ): Promise<{ readonly node: StoredNode | undefined; readonly pods: readonly StoredDriverPod[] }> {
    const marked = await Promise.all(pods.map((pod) => this.#mark(pod, stamp)));
    const now = await this.patchNode(node, { annotations: { [FENCE_ANNOTATION]: stamp } }, {});
    return { node: now, pods: marked.filter((pod) => pod !== undefined) };
  }

  async #mark(pod: StoredDriverPod, stamp: string): Promise<StoredDriverPod | undefined> {
    const { cluster, signal } = this.#options;
    const annotations = { path: '/metadata/annotations', exists: pod.hasAnnotations, current: {} };
    const operations = [
      { op: 'test', path: '/metadata/uid', value: pod.uid } as const,
      ...mapOperations(annotations, { [FENCE_ANNOTATION]: stamp }),
    ];
    try {
      return await cluster.patch(driverPods, pod, operations, { signal });
    } catch (error) {
      if (hasCode(error, 'not-found')) return undefined;
      throw error;
    }
  }

  /**
   * Asks for the deletion of a pod that nobody has written since it was seen. When this resolves it leaves, or is gone already.
   *
   * @throws ApiError `conflict` if it is another than it was believed to be, or the API server says so for reasons of its own: then
   * it is to be looked at again
   */
  async restartDriver(node: string, pod: StoredDriverPod): Promise<void> {
    const { cluster, log, signal } = this.#options;
    const { uid, resourceVersion } = pod;
    try {
      await cluster.delete(driverPods, pod, { uid, resourceVersion, signal });
      log.info({ node, pod: pod.name, namespace: pod.namespace }, 'driver pod deleted');
    } catch (error) {
      if (mayBeUnderWay(error)) this.#options.onDoubt?.(node);
      if (!hasCode(error, 'not-found')) throw error;
    }
  }

  /**
   * Asks for a pod's eviction and says what came of it. Never rejects. It is not given up when the operator ends: an API server whose
   * caller leaves between the budget's update and the pod's deletion keeps the pod in the budget's books for two minutes, and refuses
   * everybody's evictions meanwhile.
   */
  async evict(node: string, pod: WorkloadPod): Promise<EvictionOutcome> {
    const { cluster, log, metrics } = this.#options;
    let outcome: EvictionOutcome;
    try {
      await cluster.evict(pod, pod.uid);
      log.info({ node, pod: pod.name, namespace: pod.namespace }, 'pod evicted');
      outcome = { result: 'evicted', message: '' };
      this.#options.onEvicted?.();
    } catch (error) {
      outcome = evictionFailure(error);
      log.debug({ node, pod: pod.name, namespace: pod.namespace, error }, 'pod not evicted');
    }
    metrics.countEviction(outcome.result);
    return outcome;
  }

  /** Tells people about a node. */
  announce(node: StoredNode, announcement: Announcement): void {
    // `kubectl describe node` looks for events by the node's name as UID as well as by its UID.
    this.#options.events.record({
      regarding: { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid },
      ...announcement,
    });
  }

  #tell(node: StoredNode, change: NodeChange): void {
    const { log, metrics } = this.#options;
    const { to, event, reason } = change;
    const fields = {
      node: node.name,
      ...(to === undefined ? {} : { to }),
      ...(reason === undefined ? {} : { reason: told(reason).code }),
      ...(event === undefined ? {} : { why: event.message }),
    };
    if (to !== undefined) log.info(fields, 'node state changed');
    else if (reason !== undefined) log.info(fields, 'node is held up');
    countIn(metrics, parseState(lookUp(node.labels, STATE_LABEL)), change);
    if (event !== undefined) this.announce(node, event);
  }
}

/** What a write that is done means for the figures. */
function countIn(metrics: Metrics, from: NodeState, { to, reason }: NodeChange): void {
  if (to === undefined) return;
  metrics.countTransition(to);
  if (to === 'upgrade-failed') metrics.countFailure(reason?.code ?? 'failed');
  if (from === 'drain-required') countDrainIn(metrics, to, reason?.code);
}

function countDrainIn(metrics: Metrics, to: NodeChange['to'], code: ReasonCode | undefined): void {
  if (to === 'pod-restart-required') metrics.countDrain('drained');
  if (code === 'drain-refused') metrics.countDrain('refused');
  if (code === 'drain-timeout') metrics.countDrain('timed-out');
}

function mayBeUnderWay(error: unknown): boolean {
  return error instanceof ApiError && error.details.maybeApplied === true;
}

/** The answer tells that the node is another by now, or there was none and the write may have been done. */
function isAnswerStale(error: unknown): boolean {
  return (
    hasCode(error, 'precondition-failed', 'conflict', 'not-found') ||
    (mayBeUnderWay(error) && !hasCode(error, 'aborted'))
  );
}

function evictionFailure(error: unknown): EvictionOutcome {
  if (hasCode(error, 'not-found', 'conflict')) return { result: 'gone', message: '' };
  const message = error instanceof Error ? error.message : String(error);
  if (!hasCode(error, 'too-many-requests')) return { result: 'failed', message };
  const said = error.details.said ?? message;
  const budget = refusingBudget(said);
  return { result: 'refused', message: said, ...(budget === undefined ? {} : { budget }) };
}

import type { Change, Changes } from '../changes.ts';
import type { Context } from '../context.ts';
import type { NodeIndex } from '../nodes/node-index.ts';
import type { NodeObject, Pod } from '../objects.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { NODES, PODS } from '../resources.ts';
import type { BehaviourOf } from './behaviour.ts';
import { NodeAgent } from './node-agent.ts';
import type { Addresses } from './pod-status.ts';
import { PodWorker } from './pod-worker.ts';

export interface KubeletsOptions {
  readonly nodes: NodeIndex;
  readonly pods: PodIndex;
  readonly behaviourOf: BehaviourOf;
}

/** The kubelets of all nodes. There is one for as long as there is a Node. */
export class Kubelets {
  readonly #context: Context;
  readonly #options: KubeletsOptions;
  readonly #agents = new Map<string, NodeAgent>();
  /** By the pod's UID. */
  readonly #workers = new Map<string, PodWorker>();
  #addressesGiven = 0;

  constructor(context: Context, changes: Changes, options: KubeletsOptions) {
    this.#context = context;
    this.#options = options;
    changes.of<NodeObject>(NODES, (change) => {
      this.#heardOfNode(change);
    });
    changes.of<Pod>(PODS, (change) => {
      this.#heardOfPod(change);
    });
  }

  /**
   * The node's pods are neither started nor ended nor reported until it is no longer silent; then everything goes on.
   *
   * @returns whether that is news
   */
  setSilent(node: string, isSilent: boolean): boolean {
    const agent = this.#agents.get(node);
    if (agent === undefined || agent.isSilent === isSilent) return false;
    agent.setSilent(isSilent);
    // What others have said of its pods in the meantime is put right.
    if (!isSilent) for (const worker of this.#workersOn(node)) worker.retry();
    return true;
  }

  /** The node's pods do not end, whatever they are told, until they are let go. */
  holdTermination(node: string, isHeld: boolean): void {
    const agent = this.#agents.get(node);
    if (agent === undefined || agent.holdsTermination === isHeld) return;
    agent.holdsTermination = isHeld;
    if (!isHeld) for (const worker of this.#workersOn(node)) worker.retry();
  }

  /** Whatever is held is let go of. */
  release(): void {
    for (const node of this.#agents.keys()) this.holdTermination(node, false);
  }

  /** The kubelet looks at a pod again now, instead of when its time has come. */
  retry(uid: string): void {
    this.#workers.get(uid)?.retry();
  }

  stop(): void {
    for (const worker of this.#workers.values()) worker.stop();
    this.#workers.clear();
  }

  #heardOfNode({ before, after }: Change<NodeObject>): void {
    if (after === undefined) {
      const { name } = before.metadata;
      for (const [, { metadata }] of this.#options.pods.onNode.get(name)) this.#drop(metadata.uid ?? '');
      this.#agents.delete(name);
    } else if (before === undefined) {
      const { name } = after.metadata;
      this.#agents.set(name, new NodeAgent());
      for (const pod of this.#options.pods.onNode.get(name).values()) this.#take(pod);
    }
  }

  #heardOfPod({ before, after }: Change<Pod>): void {
    if (after === undefined) this.#drop(before.metadata.uid ?? '');
    else this.#take(after);
  }

  #take(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    const worker = this.#workers.get(uid);
    if (worker !== undefined) {
      worker.update(pod);
      return;
    }
    const agent = this.#agents.get(pod.spec?.nodeName ?? '');
    if (agent === undefined) return;
    const { behaviourOf } = this.#options;
    const kubelet = { context: this.#context, agent, behaviourOf, addresses: this.#addressesFor(pod) };
    this.#workers.set(uid, new PodWorker(kubelet, pod));
  }

  #drop(uid: string): void {
    this.#workers.get(uid)?.stop();
    this.#workers.delete(uid);
  }

  *#workersOn(node: string): Generator<PodWorker> {
    for (const pod of this.#options.pods.onNode.get(node).values()) {
      const worker = this.#workers.get(pod.metadata.uid ?? '');
      if (worker !== undefined) yield worker;
    }
  }

  #addressesFor({ spec, status }: Pod): Addresses {
    const hostIP = addressOf(this.#options.nodes.get(spec?.nodeName ?? ''));
    if (spec?.hostNetwork === true) return { hostIP, podIP: hostIP };
    return { hostIP, podIP: status?.podIP ?? this.#nextAddress() };
  }

  #nextAddress(): string {
    this.#addressesGiven += 1;
    const number = this.#addressesGiven;
    return `10.${128 + ((number >> 16) & 127)}.${(number >> 8) & 255}.${number & 255}`;
  }
}

function addressOf(node: NodeObject | undefined): string {
  const internal = node?.status?.addresses?.find(({ type }) => type === 'InternalIP');
  return internal?.address ?? '10.0.0.1';
}

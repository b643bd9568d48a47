import type { ApiServer, RawObject, StoreChange } from '../../cluster/memory/api/types.ts';
import { isReady } from '../../cluster/memory/machines/pods/pod-facts.ts';
import {
  DRIVER_LABEL,
  NIC_PRESENT_LABEL,
  POLICY_NAME,
  REASON_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
} from '../../contract/keys.ts';
import { isInProgress, parseState, type NodeState } from '../../contract/states.ts';
import { lookUp, type ObjectMeta } from '../../kubernetes/objects.ts';

const POLICIES = { group: 'mellanox.com', plural: 'nicclusterpolicies' } as const;
const PODS = { group: '', plural: 'pods' } as const;
const NODES = { group: '', plural: 'nodes' } as const;

/** What can be seen of the rollout by looking at the cluster. */
export class Sight {
  readonly #api: ApiServer;
  readonly #inStateSince = new Map<string, number>();
  readonly #gonePods: { readonly name: string; readonly node: string; readonly at: number }[] = [];
  readonly #waiting = new Map<NodeState, readonly ((node: string) => void)[]>();

  constructor(api: ApiServer) {
    this.#api = api;
    api.onChange((change) => {
      this.#follow(change);
    });
  }

  /** The policy that counts, if there is one. */
  get policy(): RawObject | undefined {
    return this.#api.find(POLICIES, { name: POLICY_NAME });
  }

  get policyStatus(): { readonly state?: string } | undefined {
    return this.policy?.['status'] as { readonly state?: string } | undefined;
  }

  /** How many nodes say that the upgrade has to do with them. */
  get stateLabels(): number {
    return this.#api.list(NODES, { labelSelector: STATE_LABEL }).length;
  }

  /** The first node, by name, that is in the middle of its upgrade; or that there is, if none is. */
  get busyNode(): string | undefined {
    const nodes = this.#api.list(NODES);
    const busy = nodes.find(({ metadata }) => isInProgress(parseState(lookUp(metadata.labels, STATE_LABEL))));
    return (busy ?? nodes[0])?.metadata.name;
  }

  /** For how many milliseconds a node has been in the state that it is in. */
  inStateFor(node: string): number {
    return this.#api.clock.monotonic() - (this.#inStateSince.get(node) ?? 0);
  }

  /** The names of the pods that have left a node in the last so many milliseconds. */
  podsThatLeft(node: string, within: number): readonly string[] {
    const earliest = this.#api.clock.monotonic() - within;
    return this.#gonePods.filter((pod) => pod.node === node && pod.at >= earliest).map(({ name }) => name);
  }

  /** Whether every node that the driver is for says that it is done, or that it is skipped, and the policy that it is ready. */
  isUpgraded(): boolean {
    const nodes = this.#api.list(NODES).map(({ metadata }) => metadata);
    const concerned = nodes.filter(({ labels }) => lookUp(labels, NIC_PRESENT_LABEL) === 'true');
    const skipped = concerned.filter(({ labels }) => lookUp(labels, SKIP_LABEL) === 'true');
    const isAtItsEnd = (node: ObjectMeta): boolean => {
      const state = parseState(lookUp(node.labels, STATE_LABEL));
      if (!concerned.includes(node)) return state === 'none';
      return state === 'upgrade-done' || (skipped.includes(node) && isLeftAlone(state, node));
    };
    const ready = concerned.length === 0 || skipped.length > 0 || this.policyStatus?.state === 'ready';
    return nodes.every(isAtItsEnd) && ready;
  }

  /** Whether every driver pod is Ready. */
  get driversAreUp(): boolean {
    return this.#api.list(PODS, { labelSelector: DRIVER_LABEL }).every(isReady);
  }

  /** Calls back, once, when the next node comes to a state. */
  onNextIn(state: NodeState, callback: (node: string) => void): void {
    const waiting = this.#waiting.get(state) ?? [];
    this.#waiting.set(state, [...waiting, callback]);
  }

  #seePodGone({ metadata: { name }, ...pod }: RawObject): void {
    const { nodeName: node } = pod['spec'] as { readonly nodeName?: string };
    if (node !== undefined) this.#gonePods.push({ name, node, at: this.#api.clock.monotonic() });
  }

  #follow({ resource, before, after }: StoreChange): void {
    if (resource.plural === 'pods' && after === undefined && before !== undefined) this.#seePodGone(before);
    if (resource.plural !== NODES.plural || after === undefined) return;
    const state = (object: RawObject | undefined): string | undefined =>
      lookUp(object?.metadata.labels, STATE_LABEL);
    if (before !== undefined && state(before) === state(after)) return;
    this.#inStateSince.set(after.metadata.name, this.#api.clock.monotonic());
    const now = parseState(state(after));
    const waiting = this.#waiting.get(now) ?? [];
    this.#waiting.delete(now);
    for (const callback of waiting) callback(after.metadata.name);
  }
}

/** One that is skipped may have begun before, and then goes on to its end; one that has not waits, and says for what. */
function isLeftAlone(state: NodeState, { annotations }: ObjectMeta): boolean {
  if (state === 'upgrade-required') return lookUp(annotations, REASON_ANNOTATION) !== undefined;
  return !isInProgress(state);
}

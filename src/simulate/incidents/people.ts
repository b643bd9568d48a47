import {
  DRAIN_START_ANNOTATION,
  DRIVER_LABEL,
  REASON_ANNOTATION,
  REQUESTED_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
  WAIT_START_ANNOTATION,
} from '../../contract/keys.ts';
import { StatusError } from '../../cluster/memory/api/status-error.ts';
import type { ApiServer, RawObject, ResourceName } from '../../cluster/memory/api/types.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import { WORK_NAMESPACE } from '../world/objects.ts';

const NODES: ResourceName = { group: '', plural: 'nodes' };
const PODS: ResourceName = { group: '', plural: 'pods' };

/** What people do with kubectl. What it refuses to do, they leave at that. */
export class People {
  readonly #api: ApiServer;

  /** @param api whatever is written through it is somebody else's deed than the operator's */
  constructor(api: ApiServer) {
    this.#api = api;
  }

  cordon(node: string, on: boolean, tool = KUBECTL): void {
    this.#patchNode(node, { spec: { unschedulable: on ? true : null } }, tool);
  }

  /** `kubectl drain --ignore-daemonsets --force`, once round. */
  drain(node: string): void {
    this.cordon(node, true);
    for (const { metadata } of this.#podsOn(node)) {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      const mirror = lookUp(metadata.annotations, 'kubernetes.io/config.mirror') !== undefined;
      if (mirror || owner?.kind === 'DaemonSet') continue;
      attempt(() => {
        this.#api.evict(metadata);
      });
    }
  }

  label(node: string, labels: Readonly<Record<string, string | null>>): void {
    this.#patchNode(node, { metadata: { labels } });
  }

  setState(node: string, value: string | null): void {
    this.label(node, { [STATE_LABEL]: value });
  }

  setSkip(node: string, on: boolean): void {
    this.label(node, { [SKIP_LABEL]: on ? 'true' : null });
  }

  request(node: string): void {
    this.#patchNode(node, { metadata: { annotations: { [REQUESTED_ANNOTATION]: 'true' } } });
  }

  /** Tidies up what they do not know. */
  removeAnnotations(node: string): void {
    const annotations = {
      [DRAIN_START_ANNOTATION]: null,
      [WAIT_START_ANNOTATION]: null,
      [REASON_ANNOTATION]: null,
    };
    this.#patchNode(node, { metadata: { annotations } });
  }

  deleteDriverPod(node: string): void {
    for (const pod of this.#podsOn(node)) {
      if (lookUp(pod.metadata.labels, DRIVER_LABEL) !== undefined) this.#delete(PODS, pod);
    }
  }

  deletePodOf(workload: string): void {
    const [pod] = this.#api.list(PODS, { namespace: WORK_NAMESPACE, labelSelector: `work=${workload}` });
    if (pod !== undefined) this.#delete(PODS, pod);
  }

  /** `kubectl delete pod --force` on all work of a node. Returns the names of the pods. */
  forceDeletePods(node: string): readonly string[] {
    const pods = this.#podsOn(node).filter(({ metadata }) => metadata.namespace === WORK_NAMESPACE);
    for (const { metadata } of pods) {
      attempt(() => {
        this.#api.delete(PODS, metadata, { gracePeriodSeconds: 0 });
      });
    }
    return pods.map(({ metadata }) => metadata.name);
  }

  /** Takes a pod away and makes it anew on another node, under the same name, as a quick controller does. */
  replacePod(name: string, node: string): void {
    const pod = this.#api.find(PODS, { namespace: WORK_NAMESPACE, name });
    if (pod === undefined) return;
    const { uid, resourceVersion, deletionTimestamp, ...metadata } = pod.metadata;
    const anew: RawObject = {
      ...pod,
      metadata,
      spec: { ...(pod['spec'] as object), nodeName: node },
      status: {},
    };
    attempt(() => {
      this.#api.delete(PODS, pod.metadata, { gracePeriodSeconds: 0 });
      this.#api.create(PODS, anew, KUBECTL);
    });
  }

  scale(deployment: string, replicas: number): void {
    const ref = { namespace: WORK_NAMESPACE, name: deployment };
    attempt(() => {
      this.#api.patch({ group: 'apps', plural: 'deployments' }, ref, merge({ spec: { replicas } }), KUBECTL);
    });
  }

  #podsOn(node: string): readonly RawObject[] {
    return this.#api.list(PODS, { fieldSelector: `spec.nodeName=${node}` });
  }

  #patchNode(node: string, body: object, tool = KUBECTL): void {
    attempt(() => {
      this.#api.patch(NODES, { name: node }, merge(body), tool);
    });
  }

  #delete(resource: ResourceName, { metadata }: RawObject): void {
    attempt(() => {
      this.#api.delete(resource, metadata);
    });
  }
}

export const KUBECTL: { readonly fieldManager: string } = { fieldManager: 'kubectl' };

/** What repairs machines, or takes them away when they are idle: it cordons nodes, too. */
export const TOOL: typeof KUBECTL = { fieldManager: 'node-remedy' };

export function merge(body: object): { readonly type: 'merge'; readonly body: object } {
  return { type: 'merge', body };
}

/** Does it, or does not if it is refused. */
export function attempt(deed: () => void): void {
  try {
    deed();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
  }
}

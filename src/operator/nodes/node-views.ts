import { NIC_PRESENT_LABEL } from '../../contract/keys.ts';
import { lookUp, type StringMap } from '../../kubernetes/objects.ts';
import type { DriverPod, DriverView, NodeView } from '../../upgrade/view.ts';
import type { StoredDaemonSet } from '../resources/daemonsets.ts';
import type { StoredDriverPod } from '../resources/driver-pods.ts';
import type { StoredNode } from '../resources/nodes.ts';
import type { DriverPodIndex } from './driver-pod-index.ts';
import type { Revisions } from './revisions.ts';
import type { Workloads } from './workloads.ts';

export interface NodeViewsOptions {
  readonly daemonSets: { values(): Iterable<StoredDaemonSet> };
  readonly driverPods: Pick<DriverPodIndex, 'on'>;
  readonly revisions: Pick<Revisions, 'of'>;
  readonly workloads: Pick<Workloads, 'view'>;
}

/** Puts together what the watches know of one node. */
export class NodeViews {
  readonly #options: NodeViewsOptions;

  constructor(options: NodeViewsOptions) {
    this.#options = options;
  }

  of(node: StoredNode): NodeView {
    return { node, driver: this.#driver(node), workload: this.#options.workloads.view(node.name) };
  }

  #driver(node: StoredNode): DriverView {
    const { daemonSets, driverPods, revisions } = this.#options;
    const all = [...daemonSets.values()];
    const wanted = all.find((each) => selects(each, node.labels));
    return {
      expected: wanted !== undefined,
      ...(wanted === undefined
        ? {}
        : { daemonSet: { namespace: wanted.namespace ?? '', name: wanted.name } }),
      wantedRevision: wanted === undefined ? undefined : revisions.of(wanted),
      pods: driverPods.on(node.name).map((pod) => this.#pod(pod, all)),
    };
  }

  #pod(pod: StoredDriverPod, daemonSets: readonly StoredDaemonSet[]): DriverPod {
    const owner = daemonSets.find(({ uid }) => uid === pod.daemonSet);
    return {
      namespace: pod.namespace ?? '',
      name: pod.name,
      uid: pod.uid,
      orphaned: pod.daemonSet === undefined,
      revision: pod.revision,
      wantedRevision: owner === undefined ? undefined : this.#options.revisions.of(owner),
      terminating: pod.terminating,
      ready: pod.ready,
      failure: pod.failure,
      ...(pod.waitsFor === undefined ? {} : { waitsFor: pod.waitsFor }),
      ...(pod.graceEndsAt === undefined ? {} : { graceEndsAt: pod.graceEndsAt }),
      ...(pod.finalizers === undefined ? {} : { finalizers: pod.finalizers }),
    };
  }
}

/** Whether a DaemonSet's node selector matches. One that does not ask for a NIC is none of a driver's. */
export function selects({ nodeSelector }: StoredDaemonSet, labels: StringMap): boolean {
  const wanted = Object.entries(nodeSelector);
  return (
    lookUp(nodeSelector, NIC_PRESENT_LABEL) === 'true' &&
    wanted.every(([key, value]) => lookUp(labels, key) === value)
  );
}

import type { Clock } from '../../clock.ts';
import type { ApiServer, WriteOptions } from '../api/types.ts';

/** How long it takes the parts of a cluster to act, in milliseconds; each time between half and one and a half times as long. */
export interface Delays {
  /** A controller, between hearing of a change and acting on it. */
  readonly controller: number;
  /** The scheduler, until it has chosen a node for a pod. */
  readonly scheduling: number;
  /** The scheduler, from then until the pod is bound to that node. Much can happen to the node in between. */
  readonly binding: number;
  /** A kubelet, between hearing of a pod and acting on it. */
  readonly kubelet: number;
}

export const DEFAULT_DELAYS: Delays = { controller: 35, scheduling: 10, binding: 10, kubelet: 50 };

/** What every controller, the scheduler and the kubelets work with. */
export interface Context {
  readonly api: ApiServer;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly delays: Delays;
}

/** As whom the parts of a control plane write. */
export const AS_CONTROLLER: WriteOptions = { fieldManager: 'kube-controller-manager' };
export const AS_CONTROLLER_OF_STATUS: WriteOptions = { ...AS_CONTROLLER, subresource: 'status' };
export const AS_SCHEDULER: WriteOptions = { fieldManager: 'kube-scheduler' };
export const AS_SCHEDULER_OF_STATUS: WriteOptions = { ...AS_SCHEDULER, subresource: 'status' };
export const AS_KUBELET: WriteOptions = { fieldManager: 'kubelet' };
export const AS_KUBELET_OF_STATUS: WriteOptions = { ...AS_KUBELET, subresource: 'status' };

/** A delay of this length, more or less: no two events of a real cluster are exactly as far apart. */
export function jittered(delay: number, random: () => number): number {
  return delay * (0.5 + random());
}

/** The time now as Kubernetes writes it, in whole seconds. */
export function timestamp(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}

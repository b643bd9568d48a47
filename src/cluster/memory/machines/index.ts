import type { ApiServer } from '../api/types.ts';
import { Changes } from './changes.ts';
import { AS_KUBELET, DEFAULT_DELAYS, timestamp } from './context.ts';
import type { Context, Delays } from './context.ts';
import { DaemonSetController } from './daemonset/daemonset-controller.ts';
import { DisruptionController } from './disruption/disruption-controller.ts';
import { GarbageCollector } from './garbage/garbage-collector.ts';
import { NamespaceController } from './garbage/namespace-controller.ts';
import { PodGarbageCollector } from './garbage/pod-garbage.ts';
import type { BehaviourOf } from './kubelet/behaviour.ts';
import { Kubelets } from './kubelet/kubelets.ts';
import { NodeIndex } from './nodes/node-index.ts';
import { NodeLifecycle } from './nodes/node-lifecycle.ts';
import { nodeObject } from './nodes/node-object.ts';
import type { NodeDescription } from './nodes/node-object.ts';
import { TaintEviction } from './nodes/taint-eviction.ts';
import { PodIndex } from './pods/pod-index.ts';
import { NODES } from './resources.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { DeploymentController } from './workloads/deployment-controller.ts';
import { JobController } from './workloads/job-controller.ts';
import { ReplicaSetController } from './workloads/replicaset-controller.ts';
import { StatefulSetController } from './workloads/statefulset-controller.ts';
import type { WorkQueue } from './work-queue.ts';

export { DEFAULT_DELAYS } from './context.ts';
export type { Delays } from './context.ts';
export type { BehaviourOf, PodBehaviour, PodFailure } from './kubelet/behaviour.ts';
export { nodeObject } from './nodes/node-object.ts';
export type { NodeDescription } from './nodes/node-object.ts';

export interface MachinesOptions {
  readonly api: ApiServer;
  /** Uniform in [0, 1). With the same numbers, the same things happen at the same times. */
  readonly random: () => number;
  /** Default: about as long as in a real cluster. */
  readonly delays?: Partial<Delays>;
  /** Default: every pod is ready at once and runs for ever. */
  readonly behaviourOf?: BehaviourOf;
}

export type ControllerName =
  | 'daemonset'
  | 'deployment'
  | 'disruption'
  | 'garbage-collector'
  | 'job'
  | 'namespace'
  | 'node-lifecycle'
  | 'pod-garbage-collector'
  | 'replicaset'
  | 'scheduler'
  | 'statefulset'
  | 'taint-eviction';

/** What is at work in a cluster, and what can go wrong with it. */
export interface Machines {
  /** Registers a Ready node. @throws StatusError 409 if there is one of that name */
  addNode(node: NodeDescription): void;
  /** Deletes a Node, as somebody does who takes the machine away. @throws StatusError 404 */
  removeNode(name: string): void;
  /**
   * `false`: nothing is heard of the node's kubelet any more. Its pods are neither started nor ended nor reported, and after a grace
   * period the control plane takes the node for NotReady. `true`: all goes on, and the kubelet says that it is well.
   */
  setNodeReady(name: string, isReady: boolean): void;
  /** `true`: what is told to end on this node does not, until `false`. */
  holdTermination(node: string, isHeld: boolean): void;
  /** The kubelet looks at a pod again now, and asks anew what it does, instead of after its back-off. */
  retry(podUid: string): void;
  /** Controllers, all or one, do nothing until they are resumed. Kubelets go on. */
  pause(controller?: ControllerName): void;
  resume(controller?: ControllerName): void;
  /** Takes back every `setNodeReady`, `holdTermination` and `pause`. */
  mend(): void;
  /** Everything stops for good. */
  stop(): void;
}

/** Sets a control plane's controllers, its scheduler and the kubelets to work on what an API server has. */
export function startMachines(options: MachinesOptions): Machines {
  const { api, random, behaviourOf = () => ({}) } = options;
  const context: Context = { api, random, delays: { ...DEFAULT_DELAYS, ...options.delays } };
  const changes = new Changes(api);
  const nodes = new NodeIndex(changes);
  const pods = new PodIndex(changes);
  const jobs = new JobController(context, changes, pods);
  const lifecycle = new NodeLifecycle(context, changes, pods);
  const scheduler = new Scheduler(context, changes, nodes);
  const queues: Record<ControllerName, readonly WorkQueue[]> = {
    daemonset: [new DaemonSetController(context, changes, { nodes, pods }).queue],
    deployment: [new DeploymentController(context, changes).queue],
    disruption: [new DisruptionController(context, changes).queue],
    'garbage-collector': [new GarbageCollector(context, changes).queue],
    job: [jobs.queue, jobs.orphans],
    namespace: [new NamespaceController(context, changes).queue],
    'node-lifecycle': [lifecycle.queue],
    'pod-garbage-collector': [new PodGarbageCollector(context, changes, { nodes, pods }).queue],
    replicaset: [new ReplicaSetController(context, changes, pods).queue],
    scheduler: [scheduler.queue],
    statefulset: [new StatefulSetController(context, changes, pods).queue],
    'taint-eviction': [new TaintEviction(context, changes, { nodes, pods }).queue],
  };
  const kubelets = new Kubelets(context, changes, { nodes, pods, behaviourOf });
  changes.start();

  const queuesOf = (controller: ControllerName | undefined): readonly WorkQueue[] =>
    controller === undefined ? Object.values(queues).flat() : queues[controller];

  const setNodeReady = (name: string, isReady: boolean): void => {
    if (kubelets.setSilent(name, !isReady)) lifecycle.setHeard(name, isReady);
  };

  return {
    addNode: (node) => {
      api.create(NODES, nodeObject(node, timestamp(api.clock)), AS_KUBELET);
    },
    removeNode: (name) => {
      api.delete(NODES, { name });
    },
    setNodeReady,
    holdTermination: (node, isHeld) => {
      kubelets.holdTermination(node, isHeld);
    },
    retry: (podUid) => {
      kubelets.retry(podUid);
    },
    pause: (controller) => {
      for (const queue of queuesOf(controller)) queue.pause();
    },
    resume: (controller) => {
      for (const queue of queuesOf(controller)) queue.resume();
    },
    mend: () => {
      for (const queue of queuesOf(undefined)) queue.resume();
      for (const name of nodes.names) setNodeReady(name, true);
      kubelets.release();
    },
    stop: () => {
      changes.stop();
      for (const queue of queuesOf(undefined)) queue.stop();
      scheduler.stop();
      lifecycle.stop();
      kubelets.stop();
    },
  };
}

import { withCondition } from '../conditions.ts';
import type { Condition, Container, ContainerStatus, Pod, PodStatus } from '../objects.ts';
import type { ContainerRun } from './container-run.ts';
import type { PodRuntime } from './pod-runtime.ts';

export interface Addresses {
  readonly hostIP: string;
  readonly podIP: string;
}

/**
 * The status of a pod as its kubelet tells it.
 *
 * @param now as Kubernetes writes times
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/kubelet_pods.go generateAPIPodStatus
 */
export function statusOf(
  pod: Pod,
  runtime: PodRuntime,
  { hostIP, podIP }: Addresses,
  now: string,
): PodStatus {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const uid = pod.metadata.uid ?? '';
  const hasBegun = runtime.main.hasStarted || runtime.inits.some((run) => run.hasStarted);
  return {
    ...pod.status,
    phase: runtime.phase,
    startTime: runtime.startTime,
    conditions: conditionsOf(runtime, { pod, hasBegun }, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(hasBegun ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    ...(initContainers.length === 0
      ? {}
      : {
          initContainerStatuses: initContainers.map((container, index) =>
            containerStatus(container, runtime.inits[index] ?? runtime.main, `${uid}-init-${index}`),
          ),
        }),
    containerStatuses: containers.map((container, index) =>
      containerStatus(container, runtime.main, `${uid}-${index}`),
    ),
  };
}

function conditionsOf(
  runtime: PodRuntime,
  { pod, hasBegun }: { readonly pod: Pod; readonly hasBegun: boolean },
  now: string,
): readonly Condition[] {
  const containersReady = readiness(pod, runtime);
  const own: readonly Condition[] = [
    { type: 'PodReadyToStartContainers', status: hasBegun && !runtime.isOver ? 'True' : 'False' },
    initialized(pod, runtime),
    { ...containersReady, type: 'Ready' },
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ];
  return own.reduce(
    (conditions, condition) => withCondition(conditions, condition, now),
    pod.status?.conditions ?? [],
  );
}

function initialized({ spec }: Pod, runtime: PodRuntime): Condition {
  const type = 'Initialized';
  if (runtime.phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const next = runtime.initializing;
  if (next === undefined) return { type, status: 'True' };
  const names = (spec?.initContainers ?? []).slice(next).map(({ name }) => name);
  const message = `containers with incomplete status: [${names.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotInitialized', message };
}

function readiness({ spec }: Pod, runtime: PodRuntime): Condition {
  const type = 'ContainersReady';
  if (runtime.phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (runtime.phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (runtime.main.ready) return { type, status: 'True' };
  const names = (spec?.containers ?? []).map(({ name }) => name);
  const message = `containers with unready status: [${names.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotReady', message };
}

function containerStatus({ name, image = '' }: Container, run: ContainerRun, id: string): ContainerStatus {
  const { state, lastState, restarts } = run;
  return {
    name,
    image,
    imageID: run.hasStarted ? image : '',
    ...(run.hasStarted ? { containerID: `containerd://${id}-${restarts}` } : {}),
    ready: run.ready,
    started: run.isRunning,
    restartCount: restarts,
    state,
    lastState,
  };
}

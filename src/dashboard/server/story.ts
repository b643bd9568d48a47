import type { Sight } from '../../operator/observer.ts';
import { entryOf, messageOf, nextSteps, remedyFor, told } from '../../reasons/index.ts';
import { driverCondition } from '../../upgrade/driver-condition.ts';
import { isCordonedByUpgrade, keepsCordon } from '../../upgrade/human-cordon.ts';
import { isSkipped, type DriverPod, type NodeView, type WorkloadPod } from '../../upgrade/view.ts';
import type { DriverPodStory, LeavingPod, NodeRecord, NodeStory, ReasonStory } from '../wire.ts';
import { kernelOf, optional, titleOf } from './records.ts';

/** A drain may have hundreds of pods to wait for. */
const MOST_PODS = 50;

export interface StoryInput {
  readonly sight: Sight;
  readonly view: NodeView;
  readonly record: NodeRecord;
  readonly now: number;
}

/** All that is known of one node: what it waits for, what can be done, and what is there. */
export function storyOf({ sight, view, record, now }: StoryInput): NodeStory {
  return {
    now,
    record,
    ...optional('reason', reasonStory(sight, view.node.name)),
    driverPods: view.driver.pods.map((pod) => ({
      namespace: pod.namespace,
      name: pod.name,
      says: driverWords(view, pod),
    })),
    leaving: (view.workload?.pods ?? []).filter(isLeaving).slice(0, MOST_PODS).map(leavingPod),
    cordonedBy: cordonedBy(view),
    skipped: isSkipped(view),
    ...optional('kernel', kernelOf(view)),
  };
}

function reasonStory(sight: Sight, node: string): ReasonStory | undefined {
  const standing = sight.standing(node);
  if (standing === undefined) return undefined;
  const { reason, since } = standing;
  const { code } = told(reason);
  return {
    code,
    title: titleOf(code),
    message: messageOf(reason),
    severity: entryOf(reason.code).severity,
    since,
    remedy: remedyFor(reason, { node }),
    next: nextSteps(reason),
  };
}

function driverWords(view: NodeView, pod: DriverPod): DriverPodStory['says'] {
  if (pod.terminating) return 'terminating';
  if (pod.failure !== undefined) return pod.failure.message;
  const { kind } = driverCondition({ ...view, driver: { ...view.driver, pods: [pod] } });
  return kind === 'ready' ? 'up to date and Ready' : kind;
}

function isLeaving({ terminating, eviction }: WorkloadPod): boolean {
  return terminating || eviction !== undefined;
}

function leavingPod(pod: WorkloadPod): LeavingPod {
  const { namespace, name, controllerKind, controllerName = '', terminating, eviction } = pod;
  return {
    namespace,
    name,
    ...optional('owner', controllerKind === undefined ? undefined : `${controllerKind} ${controllerName}`),
    says: terminating ? 'terminating' : evictionWords(eviction),
  };
}

function evictionWords(eviction: WorkloadPod['eviction']): string {
  if (eviction === undefined || eviction.result === 'accepted') return 'eviction accepted';
  return eviction.message === '' ? 'eviction refused' : eviction.message;
}

function cordonedBy(view: NodeView): NodeStory['cordonedBy'] {
  if (!view.node.unschedulable) return 'nobody';
  if (isCordonedByUpgrade(view)) return 'upgrade';
  return keepsCordon(view) ? 'person' : 'unknown';
}

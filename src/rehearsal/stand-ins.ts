import type { RawObject } from '../cluster/memory/api/types.ts';
import { controllerOf, type OwnerReference } from '../kubernetes/objects.ts';
import type { RawPodObject } from './snapshot.ts';

const LABEL = 'rehearsal/controller';

/** Pods as they take the stage, and what replaces them when they are evicted. */
export interface StandIns {
  readonly pods: readonly RawPodObject[];
  readonly replicaSets: readonly RawObject[];
}

/**
 * For each controller of pods a ReplicaSet that wants as many of them as there are. Whatever kind the controller is of, all that counts is
 * that an evicted pod comes back on a node that takes it: a budget waits for that.
 */
export function standInsFor(pods: Iterable<RawPodObject>): StandIns {
  const troupes = new Map<string, { readonly owner: OwnerReference; readonly pods: RawPodObject[] }>();
  const alone: RawPodObject[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod.metadata);
    if (owner === undefined || owner.kind === 'DaemonSet' || hasEnded(pod)) alone.push(pod);
    else {
      const troupe = troupes.get(owner.uid) ?? { owner, pods: [] };
      troupes.set(owner.uid, troupe);
      troupe.pods.push(pod);
    }
  }
  const all = [...troupes.values()];
  return {
    pods: [...alone, ...all.flatMap(({ owner, pods: own }) => own.map((pod) => tied(pod, owner)))],
    replicaSets: all.flatMap(({ owner, pods: own }) => {
      const [first] = own;
      return first === undefined ? [] : [replicaSet(owner, first, own.length)];
    }),
  };
}

function hasEnded({ metadata, status }: RawPodObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed'
  );
}

function tied(pod: RawPodObject, owner: OwnerReference): RawPodObject {
  const labels = { ...pod.metadata.labels, [LABEL]: owner.uid };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

function replicaSet(owner: OwnerReference, model: RawPodObject, replicas: number): RawObject {
  const { nodeName: _, hostname: __, ...spec } = model.spec ?? {};
  const labels = { ...model.metadata.labels, [LABEL]: owner.uid };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: owner.name,
      namespace: model.metadata.namespace ?? '',
      uid: owner.uid,
      generation: 1,
    },
    spec: {
      replicas,
      selector: { matchLabels: { [LABEL]: owner.uid } },
      template: { metadata: { labels }, spec },
    },
    status: { replicas },
  };
}

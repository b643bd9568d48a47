import { keyOf } from '../../../object-cache.ts';
import { controllerOf, lookUp } from '../../../../kubernetes/objects.ts';
import { latest } from '../changes.ts';
import type { Changes } from '../changes.ts';
import { withCondition } from '../conditions.ts';
import { AS_CONTROLLER, timestamp } from '../context.ts';
import type { Context } from '../context.ts';
import { Groups } from '../groups.ts';
import { hashOf } from '../hash.ts';
import type { Condition, Deployment, ReplicaSet } from '../objects.ts';
import { controllerReference, keyOfController } from '../owners.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { deleteObject, writeObject, writeStatus } from '../writes.ts';
import { nextScale, sizeOf } from './deployment-scaling.ts';

const TEMPLATE_HASH_LABEL = 'pod-template-hash';
const HISTORY_LIMIT = 10;

/** One ReplicaSet for each template that a Deployment has had, the newest one growing at the expense of the others. */
export class DeploymentController {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #replicaSets = new Groups<ReplicaSet>(({ metadata }) => controllerOf(metadata)?.uid);

  constructor(context: Context, changes: Changes) {
    this.#context = context;
    this.queue = new WorkQueue(context, context.delays.controller, (key) => {
      this.#sync(key);
    });
    changes.of<Deployment>(DEPLOYMENTS, ({ before, after }) => {
      if (after !== undefined && before?.metadata.generation !== after.metadata.generation) {
        this.queue.add(keyOf(after.metadata));
      }
    });
    changes.of<ReplicaSet>(REPLICA_SETS, (change) => {
      this.#replicaSets.update(change);
      const key = keyOfController(latest(change).metadata, 'Deployment');
      if (key !== undefined) this.queue.add(key);
    });
  }

  #sync(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const deployment = this.#context.api.find(DEPLOYMENTS, { namespace, name }) as Deployment | undefined;
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
    const owned = [...this.#replicaSets.get(deployment.metadata.uid ?? '').values()];
    const hash = hashOf(deployment.spec.template);
    const newest = owned.find(({ metadata }) => lookUp(metadata.labels, TEMPLATE_HASH_LABEL) === hash);
    const old = owned.filter((replicaSet) => replicaSet !== newest);
    if (newest === undefined) {
      this.#context.api.create(REPLICA_SETS, newReplicaSet(deployment, hash, old), AS_CONTROLLER);
    } else {
      for (const [replicaSet, replicas] of nextScale(deployment, newest, old)) {
        const next: ReplicaSet = { ...replicaSet, spec: { ...replicaSet.spec, replicas } };
        writeObject(this.#context, REPLICA_SETS, next);
      }
      this.#cleanUp(deployment, old);
    }
    this.#report(deployment, newest, old);
  }

  #cleanUp({ spec }: Deployment, old: readonly ReplicaSet[]): void {
    const empty = old.filter((replicaSet) => sizeOf(replicaSet) + (replicaSet.status?.replicas ?? 0) === 0);
    const surplus = Math.max(empty.length - (spec.revisionHistoryLimit ?? HISTORY_LIMIT), 0);
    for (const replicaSet of empty.slice(0, surplus)) deleteObject(this.#context, REPLICA_SETS, replicaSet);
  }

  #report(deployment: Deployment, newest: ReplicaSet | undefined, old: readonly ReplicaSet[]): void {
    const all = newest === undefined ? old : [newest, ...old];
    const replicas = sum(all, 'replicas');
    const available = sum(all, 'availableReplicas');
    const updated = newest?.status?.replicas ?? 0;
    const status = {
      ...deployment.status,
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas,
      updatedReplicas: updated,
      readyReplicas: sum(all, 'readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(sizeOf(deployment) - available, 0),
    };
    const isDone = updated === sizeOf(deployment) && replicas === updated && available === updated;
    const conditions = this.#conditions(deployment, isDone, available);
    writeStatus(this.#context, DEPLOYMENTS, deployment, { ...status, conditions });
  }

  #conditions(deployment: Deployment, isDone: boolean, available: number): readonly Condition[] {
    const now = timestamp(this.#context.api.clock);
    // As many as may be missing at any time in a rolling update.
    const isAvailable = available >= sizeOf(deployment) - Math.floor(sizeOf(deployment) / 4);
    const first = withCondition(
      deployment.status?.conditions,
      isAvailable
        ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' }
        : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable' },
      now,
    );
    const reason = isDone ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated';
    return withCondition(first, { type: 'Progressing', status: 'True', reason }, now);
  }
}

/** A ReplicaSet for the present template, with as many pods as there is room for at once. */
function newReplicaSet(deployment: Deployment, hash: string, old: readonly ReplicaSet[]): ReplicaSet {
  const empty = emptyReplicaSet(deployment, hash);
  const first = nextScale(deployment, empty, old).find(([replicaSet]) => replicaSet === empty);
  return { ...empty, spec: { ...empty.spec, replicas: first?.[1] ?? 0 } };
}

function emptyReplicaSet(deployment: Deployment, hash: string): ReplicaSet {
  const { metadata, spec } = deployment;
  const own = { [TEMPLATE_HASH_LABEL]: hash };
  const labels = { ...spec.template.metadata?.labels, ...own };
  const matchLabels = { ...spec.selector?.matchLabels, ...own };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels,
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...spec.selector, matchLabels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}

function sum(
  replicaSets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas',
): number {
  return replicaSets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);
}

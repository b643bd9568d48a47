import { describe, expect, it } from 'vitest';
import { conditionOf } from '../conditions.ts';
import type { Condition, Pod, ReplicaSet } from '../objects.ts';
import { isReady } from '../pods/pod-facts.ts';
import { DEPLOYMENTS, JOBS, PODS, REPLICA_SETS, STATEFUL_SETS } from '../resources.ts';
import { barePod, deployment, job, replicaSet, SmallCluster, statefulSet } from '../testing/small-cluster.ts';

function uids(pods: readonly Pod[]): readonly (string | undefined)[] {
  return pods.map(({ metadata }) => metadata.uid);
}

describe('A ReplicaSet', () => {
  it('gets an evicted pod back, on another node', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ stopTime: 1000 }) });
    cluster.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    await cluster.pass(2000);
    expect(cluster.nodesOf('web-')).toEqual(['node-0', 'node-1', 'node-2']);
    const evicted = cluster.pods('web-').find(({ spec }) => spec?.nodeName === 'node-1')!;
    cluster.cordon('node-1');
    cluster.evict(evicted.metadata.name);
    await cluster.pass(5000);
    expect(cluster.pods('web-')).toHaveLength(3);
    expect(cluster.nodesOf('web-')).not.toContain('node-1');
    expect(cluster.status(REPLICA_SETS, 'web')).toMatchObject({ replicas: 3, readyReplicas: 3 });
  });

  it('gives up first what does least', async () => {
    const cluster = new SmallCluster();
    cluster.create(REPLICA_SETS, replicaSet('web', { replicas: 2 }));
    await cluster.pass(2000);
    const old = uids(cluster.pods('web-'));
    for (const node of ['node-0', 'node-1', 'node-2']) cluster.cordon(node);
    await cluster.pass(2000);
    cluster.change(REPLICA_SETS, { namespace: 'work', name: 'web' }, { spec: { replicas: 4 } });
    await cluster.pass(2000);
    expect(cluster.pods('web-')).toHaveLength(4);
    cluster.change(REPLICA_SETS, { namespace: 'work', name: 'web' }, { spec: { replicas: 2 } });
    await cluster.pass(2000);
    expect(uids(cluster.pods('web-'))).toEqual(old);
  });

  it('adopts a pod that matches, and lets go of one that does not match any more', async () => {
    const cluster = new SmallCluster();
    cluster.create(PODS, barePod('lonely', { labels: { app: 'web' } }));
    cluster.create(REPLICA_SETS, replicaSet('web', { replicas: 2 }));
    await cluster.pass(2000);
    expect(cluster.pods('web-')).toHaveLength(1);
    cluster.change(PODS, { namespace: 'work', name: 'lonely' }, { metadata: { labels: { app: 'other' } } });
    await cluster.pass(2000);
    expect(cluster.pods('web-')).toHaveLength(2);
    expect(cluster.pod('lonely').metadata.ownerReferences).toBeUndefined();
  });
});

describe('A Deployment', () => {
  const WEB = { namespace: 'work', name: 'web' };

  it('has one ReplicaSet for each template, and never fewer pods than its strategy allows', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ startTime: 1000, stopTime: 500 }) });
    cluster.create(DEPLOYMENTS, deployment('web', { replicas: 4 }));
    await cluster.pass(5000);
    expect(cluster.status(DEPLOYMENTS, 'web')).toMatchObject({ availableReplicas: 4, updatedReplicas: 4 });
    let [fewest, most] = [4, 4];
    cluster.api.onChange(() => {
      const alive = cluster.pods('web-').filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      fewest = Math.min(fewest, alive.filter(isReady).length);
      const wanted = cluster.api.list(REPLICA_SETS) as unknown as readonly ReplicaSet[];
      const sum = wanted.reduce((total, { spec }) => total + (spec.replicas ?? 0), 0);
      most = Math.max(most, sum);
    });
    const containers = [{ name: 'main', image: 'example.com/work:2' }];
    cluster.change(DEPLOYMENTS, WEB, { spec: { template: { spec: { containers } } } });
    await cluster.pass(30_000);
    const images = cluster.pods('web-').map(({ spec }) => spec?.containers?.[0]?.image);
    expect(images).toEqual(Array(4).fill('example.com/work:2'));
    expect([fewest, most]).toEqual([3, 5]);
    expect(cluster.api.list(REPLICA_SETS)).toHaveLength(2);
    const conditions = cluster.status(DEPLOYMENTS, 'web')['conditions'] as readonly Condition[];
    expect(conditionOf(conditions, 'Available')?.status).toBe('True');
    expect(conditionOf(conditions, 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
  });

  it('uses a ReplicaSet again when its template comes back', async () => {
    const cluster = new SmallCluster();
    cluster.create(DEPLOYMENTS, deployment('web', { replicas: 2 }));
    await cluster.pass(5000);
    for (const image of ['example.com/work:2', 'example.com/work:1']) {
      cluster.change(DEPLOYMENTS, WEB, {
        spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
      });
      await cluster.pass(10_000);
    }
    expect(cluster.api.list(REPLICA_SETS)).toHaveLength(2);
    expect(cluster.status(DEPLOYMENTS, 'web')).toMatchObject({ replicas: 2, availableReplicas: 2 });
  });
});

describe('A Job', () => {
  it('runs so many pods at a time until enough have succeeded, and they stay', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ run: { time: 10_000, exitCode: 0 } }) });
    const spec = { completions: 4, parallelism: 2 };
    cluster.create(JOBS, job('sum', { podSpec: { restartPolicy: 'Never' }, spec }));
    await cluster.pass(5000);
    expect(cluster.status(JOBS, 'sum')).toMatchObject({ active: 2, ready: 2 });
    await cluster.pass(30_000);
    expect(cluster.pods('sum-').map(({ status }) => status?.phase)).toEqual(Array(4).fill('Succeeded'));
    expect(cluster.pods('sum-').map(({ metadata }) => metadata.finalizers)).toEqual(Array(4).fill(undefined));
    const { conditions, ...status } = cluster.status(JOBS, 'sum');
    expect(status).toMatchObject({ succeeded: 4, completionTime: expect.any(String) as string });
    expect(status).not.toHaveProperty('active');
    expect(conditionOf(conditions as readonly Condition[], 'Complete')?.status).toBe('True');
  });

  it('waits longer after each failure, and gives up after so many', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ run: { time: 1000, exitCode: 3 } }) });
    cluster.create(JOBS, job('sum', { podSpec: { restartPolicy: 'Never' }, spec: { backoffLimit: 2 } }));
    await cluster.pass(10_000);
    expect(cluster.pods('sum-')).toHaveLength(1);
    await cluster.pass(5000);
    expect(cluster.pods('sum-')).toHaveLength(2);
    await cluster.pass(15_000);
    expect(cluster.pods('sum-')).toHaveLength(2);
    await cluster.pass(60_000);
    expect(cluster.pods('sum-').map(({ status }) => status?.phase)).toEqual(Array(3).fill('Failed'));
    const conditions = cluster.status(JOBS, 'sum')['conditions'] as readonly Condition[];
    expect(conditionOf(conditions, 'Failed')).toMatchObject({
      status: 'True',
      reason: 'BackoffLimitExceeded',
    });
  });

  it('makes another pod for one that was evicted', async () => {
    const cluster = new SmallCluster({
      behaviourOf: () => ({ run: { time: 30_000, exitCode: 0 }, stopTime: 1000 }),
    });
    cluster.create(JOBS, job('sum', { podSpec: { restartPolicy: 'Never' } }));
    await cluster.pass(5000);
    const [first] = cluster.pods('sum-');
    cluster.cordon(first!.spec!.nodeName!);
    cluster.evict(first!.metadata.name);
    await cluster.pass(5000);
    // Its tracking finalizer does not keep it.
    expect(cluster.pods('sum-')).toEqual([]);
    await cluster.pass(60_000);
    expect(cluster.pods('sum-').map(({ status }) => status?.phase)).toEqual(['Succeeded']);
    expect(cluster.status(JOBS, 'sum')).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('takes its pods along when it is deleted', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ run: { time: 30_000, exitCode: 0 } }) });
    cluster.create(JOBS, job('sum', { podSpec: { restartPolicy: 'Never' } }));
    await cluster.pass(5000);
    cluster.delete(JOBS, 'sum', 'Background');
    await cluster.pass(5000);
    expect(cluster.pods('sum-')).toEqual([]);
  });
});

describe('A StatefulSet', () => {
  it('has its pods made in order, and an evicted one back under its name', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ startTime: 1000 }) });
    cluster.create(STATEFUL_SETS, statefulSet('db', { replicas: 3 }));
    await cluster.pass(2000);
    expect(cluster.pods('db-').map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1']);
    await cluster.pass(5000);
    const { metadata, spec } = cluster.pod('db-1');
    cluster.cordon(spec!.nodeName!);
    cluster.evict('db-1');
    await cluster.pass(5000);
    expect(cluster.pod('db-1').metadata.uid).not.toBe(metadata.uid);
    expect(cluster.pod('db-1').spec!.nodeName).not.toBe(spec!.nodeName);
    expect(cluster.status(STATEFUL_SETS, 'db')).toMatchObject({ replicas: 3, readyReplicas: 3 });
  });

  it('rolls from the last pod to the first', async () => {
    const cluster = new SmallCluster();
    cluster.create(STATEFUL_SETS, statefulSet('db', { replicas: 2 }));
    await cluster.pass(5000);
    const gone: string[] = [];
    cluster.api.onChange(({ resource, before, after }) => {
      if (resource.plural === 'pods' && after === undefined) gone.push(before!.metadata.name);
    });
    const containers = [{ name: 'main', image: 'example.com/work:2' }];
    const ref = { namespace: 'work', name: 'db' };
    cluster.change(STATEFUL_SETS, ref, { spec: { template: { spec: { containers } } } });
    await cluster.pass(10_000);
    expect(gone).toEqual(['db-1', 'db-0']);
    expect(cluster.status(STATEFUL_SETS, 'db')).toMatchObject({ updatedReplicas: 2, readyReplicas: 2 });
  });
});

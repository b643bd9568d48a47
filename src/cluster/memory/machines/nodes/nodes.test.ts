import { describe, expect, it } from 'vitest';
import { conditionOf } from '../conditions.ts';
import type { Pod, Taint } from '../objects.ts';
import { isReady } from '../pods/pod-facts.ts';
import { DAEMON_SETS, NODES, PODS, REPLICA_SETS } from '../resources.ts';
import { barePod, daemonSet, replicaSet, SmallCluster } from '../testing/small-cluster.ts';

function taintsOf(cluster: SmallCluster, node: string): readonly string[] {
  return (cluster.node(node).spec?.taints ?? []).map(({ key, effect }: Taint) => `${key}:${effect}`).sort();
}

function readyOf(cluster: SmallCluster, node: string): string | undefined {
  return conditionOf(cluster.node(node).status?.conditions, 'Ready')?.status;
}

describe('A node', () => {
  it('is Ready as soon as it is registered', () => {
    const cluster = new SmallCluster({ nodes: 1 });
    expect(readyOf(cluster, 'node-0')).toBe('True');
    expect(cluster.node('node-0').metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'node-0' });
  });

  it('becomes Ready by its kubelet when somebody else has made it', async () => {
    const cluster = new SmallCluster({ nodes: 0 });
    cluster.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'made' } });
    await cluster.pass(1000);
    expect(readyOf(cluster, 'made')).toBe('True');
  });

  it('has a taint for as long as it is cordoned, and keeps the others', async () => {
    const cluster = new SmallCluster({ nodes: 1 });
    cluster.taint('node-0', { key: 'people', effect: 'NoSchedule' });
    cluster.cordon('node-0');
    await cluster.pass(1000);
    expect(taintsOf(cluster, 'node-0')).toEqual([
      'node.kubernetes.io/unschedulable:NoSchedule',
      'people:NoSchedule',
    ]);
    cluster.cordon('node-0', false);
    await cluster.pass(1000);
    expect(taintsOf(cluster, 'node-0')).toEqual(['people:NoSchedule']);
  });

  it('is written once and no more for a cordon that is taken back at once', async () => {
    const cluster = new SmallCluster({ nodes: 1 });
    await cluster.pass(1000);
    const before = cluster.api.revision;
    cluster.cordon('node-0');
    cluster.cordon('node-0', false);
    await cluster.pass(1000);
    expect(cluster.api.revision).toBe(before + 2);
  });
});

describe('A node whose kubelet is not heard of', () => {
  async function lostNode(): Promise<SmallCluster> {
    const cluster = new SmallCluster();
    cluster.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    cluster.create(DAEMON_SETS, daemonSet('driver'));
    const forEver = { tolerations: [{ operator: 'Exists' }], nodeName: 'node-1' };
    cluster.create(PODS, barePod('faithful', { podSpec: forEver }));
    await cluster.pass(2000);
    cluster.machines.setNodeReady('node-1', false);
    return cluster;
  }
  const onLostNode = (cluster: SmallCluster, prefix: string): Pod | undefined =>
    cluster.pods(prefix).find(({ spec }) => spec?.nodeName === 'node-1');

  it('is NotReady after fifty seconds, with its pods', async () => {
    const cluster = await lostNode();
    await cluster.pass(49_000);
    expect(readyOf(cluster, 'node-1')).toBe('True');
    await cluster.pass(2000);
    expect(readyOf(cluster, 'node-1')).toBe('Unknown');
    expect(taintsOf(cluster, 'node-1')).toEqual([
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
    expect(
      cluster
        .pods()
        .filter((pod) => !isReady(pod))
        .map(({ spec }) => spec?.nodeName),
    ).toEqual(Array(3).fill('node-1'));
  });

  it('is left by its pods after five minutes, but for those that stay for ever', async () => {
    const cluster = await lostNode();
    await cluster.pass(345_000);
    expect(onLostNode(cluster, 'web-')?.metadata.deletionTimestamp).toBeUndefined();
    await cluster.pass(10_000);
    // It cannot go: there is no kubelet to say that it has ended.
    expect(onLostNode(cluster, 'web-')?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.condition(onLostNode(cluster, 'web-')!.metadata.name, 'DisruptionTarget')?.reason).toBe(
      'DeletionByTaintManager',
    );
    expect(cluster.status(REPLICA_SETS, 'web')).toMatchObject({ readyReplicas: 3 });
    for (const prefix of ['driver-', 'faithful']) {
      expect(onLostNode(cluster, prefix)?.metadata).not.toHaveProperty('deletionTimestamp');
    }
  });

  it('has everything back when it is heard of in time', async () => {
    const cluster = await lostNode();
    await cluster.pass(200_000);
    cluster.machines.setNodeReady('node-1', true);
    await cluster.pass(400_000);
    expect(readyOf(cluster, 'node-1')).toBe('True');
    expect(taintsOf(cluster, 'node-1')).toEqual([]);
    expect(cluster.pods()).toHaveLength(7);
    expect(cluster.pods().every(isReady)).toBe(true);
  });

  it('was never NotReady when it is heard of soon', async () => {
    const cluster = await lostNode();
    const before = cluster.api.revision;
    await cluster.pass(40_000);
    cluster.machines.setNodeReady('node-1', true);
    await cluster.pass(400_000);
    expect(cluster.api.revision).toBe(before);
  });
});

describe('A node that is deleted', () => {
  it('takes its pods along after a minute, and what is wanted comes up elsewhere', async () => {
    const cluster = new SmallCluster();
    cluster.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    await cluster.pass(2000);
    cluster.machines.removeNode('node-1');
    await cluster.pass(39_000);
    expect(cluster.nodesOf('web-')).toEqual(['node-0', 'node-1', 'node-2']);
    await cluster.pass(30_000);
    expect(cluster.nodesOf('web-')).not.toContain('node-1');
    expect(cluster.status(REPLICA_SETS, 'web')).toMatchObject({ readyReplicas: 3 });
  });

  it('has its pods still when it is back in time', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ startTime: 10_000 }) });
    cluster.create(PODS, barePod('pod', { podSpec: { nodeName: 'node-1' } }));
    await cluster.pass(20_000);
    const { uid } = cluster.pod('pod').metadata;
    cluster.machines.removeNode('node-1');
    await cluster.pass(20_000);
    cluster.machines.addNode({ name: 'node-1' });
    await cluster.pass(100_000);
    expect(cluster.pod('pod').metadata.uid).toBe(uid);
    expect(isReady(cluster.pod('pod'))).toBe(true);
  });
});

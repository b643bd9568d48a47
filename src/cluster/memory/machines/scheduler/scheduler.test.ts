import { describe, expect, it } from 'vitest';
import { DAEMON_SETS, NODES, PODS, REPLICA_SETS } from '../resources.ts';
import { barePod, daemonSet, replicaSet, SmallCluster } from '../testing/small-cluster.ts';

const GPU = { containers: [{ name: 'main', image: 'x', resources: { limits: { 'nvidia.com/gpu': 4 } } }] };
const ALONE = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'alone' } } },
      ],
    },
  },
};

describe('The scheduler', () => {
  it('puts each pod on the node that has the fewest', async () => {
    const cluster = new SmallCluster();
    cluster.create(PODS, barePod('early', { podSpec: { nodeName: 'node-1' } }));
    cluster.create(REPLICA_SETS, replicaSet('web', { replicas: 5 }));
    await cluster.pass(2000);
    expect(cluster.nodesOf()).toEqual(['node-0', 'node-0', 'node-1', 'node-1', 'node-2', 'node-2']);
  });

  it('puts nothing on a cordoned node but what tolerates that', async () => {
    const cluster = new SmallCluster();
    cluster.cordon('node-0');
    await cluster.pass(1000);
    cluster.create(REPLICA_SETS, replicaSet('web', { replicas: 4 }));
    cluster.create(DAEMON_SETS, daemonSet('driver'));
    await cluster.pass(2000);
    expect(cluster.nodesOf('web-')).toEqual(['node-1', 'node-1', 'node-2', 'node-2']);
    expect(cluster.nodesOf('driver-')).toEqual(['node-0', 'node-1', 'node-2']);
  });

  it('binds a pod to the node that it has chosen, although that was cordoned in between', async () => {
    const cluster = new SmallCluster({ nodes: 1, delays: { scheduling: 100, binding: 1000, controller: 1 } });
    cluster.create(PODS, barePod('late'));
    await cluster.pass(300);
    cluster.cordon('node-0');
    await cluster.pass(100);
    expect(cluster.node('node-0').spec?.taints).toMatchObject([{ key: 'node.kubernetes.io/unschedulable' }]);
    expect(cluster.pod('late').spec).not.toHaveProperty('nodeName');
    await cluster.pass(2000);
    expect(cluster.pod('late').spec?.nodeName).toBe('node-0');
  });

  it('says why a pod is not put anywhere, and tries again when a node has changed', async () => {
    const cluster = new SmallCluster();
    cluster.cordon('node-0');
    cluster.taint('node-1', { key: 'people', effect: 'NoSchedule' });
    cluster.create(PODS, barePod('picky', { podSpec: { nodeSelector: { 'kubernetes.io/os': 'linux' } } }));
    cluster.label('node-2', { 'kubernetes.io/os': 'other' });
    await cluster.pass(1000);
    expect(cluster.condition('picky', 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message:
        "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.",
    });
    cluster.cordon('node-0', false);
    await cluster.pass(5000);
    expect(cluster.pod('picky').spec?.nodeName).toBe('node-0');
    expect(cluster.condition('picky', 'PodScheduled')).toEqual({
      type: 'PodScheduled',
      status: 'True',
      lastTransitionTime: expect.any(String) as string,
    });
  });

  it('counts what a node has a certain number of, and gives it out again', async () => {
    const cluster = new SmallCluster({ nodes: 0 });
    cluster.machines.addNode({ name: 'gpus', allocatable: { 'nvidia.com/gpu': '8' } });
    for (const name of ['a', 'b', 'c']) cluster.create(PODS, barePod(name, { podSpec: GPU }));
    await cluster.pass(1000);
    expect(cluster.nodesOf()).toEqual(['gpus', 'gpus', undefined]);
    expect(cluster.condition('c', 'PodScheduled')?.message).toBe(
      '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.',
    );
    cluster.delete(PODS, 'a');
    await cluster.pass(5000);
    expect(cluster.pod('c').spec?.nodeName).toBe('gpus');
  });

  it('puts no more pods on a node than it takes', async () => {
    const cluster = new SmallCluster({ nodes: 0 });
    cluster.machines.addNode({ name: 'small', allocatable: { pods: '2' } });
    cluster.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    await cluster.pass(1000);
    expect(cluster.nodesOf()).toEqual(['small', 'small', undefined]);
  });

  it('keeps pods apart that do not want each other on one node, until one is gone', async () => {
    const cluster = new SmallCluster({ nodes: 1, behaviourOf: () => ({ stopTime: 10_000 }) });
    cluster.create(PODS, barePod('first', { labels: { app: 'alone' }, podSpec: ALONE }));
    await cluster.pass(1000);
    cluster.create(PODS, barePod('second', { labels: { app: 'alone' } }));
    cluster.create(PODS, barePod('third', { labels: { app: 'other' }, podSpec: ALONE }));
    cluster.create(PODS, barePod('fourth', { labels: { app: 'other' } }));
    await cluster.pass(1000);
    const places = (): unknown =>
      ['second', 'third', 'fourth'].map((name) => cluster.pod(name).spec?.nodeName);
    expect(places()).toEqual([undefined, undefined, 'node-0']);
    cluster.delete(PODS, 'first');
    await cluster.pass(9000);
    expect(places()).toEqual([undefined, undefined, 'node-0']);
    await cluster.pass(15_000);
    // One of the two that wait keeps the other away in its turn.
    expect(cluster.nodesOf()).toEqual(['node-0', 'node-0', undefined]);
  });

  it('understands which nodes a pod requires', async () => {
    const cluster = new SmallCluster();
    cluster.label('node-1', { rack: '17', colour: 'green' });
    const requiring = (...matchExpressions: readonly object[]): object => ({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
        },
      },
    });
    const cases = [
      requiring({ key: 'rack', operator: 'Gt', values: ['16'] }),
      requiring(
        { key: 'colour', operator: 'In', values: ['red', 'green'] },
        { key: 'rack', operator: 'Exists' },
      ),
      requiring({ key: 'colour', operator: 'NotIn', values: ['green'] }),
      requiring(
        { key: 'colour', operator: 'In', values: ['green'] },
        { key: 'rack', operator: 'Lt', values: ['17'] },
      ),
      requiring(
        { key: 'colour', operator: 'DoesNotExist' },
        { key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['node-0'] },
      ),
    ];
    for (const [index, podSpec] of cases.entries())
      cluster.create(PODS, barePod(`case-${index}`, { podSpec }));
    await cluster.pass(1000);
    const places = cases.map((_, index) => cluster.pod(`case-${index}`).spec?.nodeName);
    expect(places).toEqual(['node-1', 'node-1', 'node-0', undefined, 'node-2']);
  });

  it('puts pods on a node that came back under its old name', async () => {
    const cluster = new SmallCluster({ nodes: 1 });
    cluster.api.delete(NODES, { name: 'node-0' });
    cluster.create(PODS, barePod('early'));
    await cluster.pass(2000);
    expect(cluster.condition('early', 'PodScheduled')?.message).toBe('no nodes available to schedule pods');
    cluster.machines.addNode({ name: 'node-0' });
    await cluster.pass(5000);
    expect(cluster.pod('early').spec?.nodeName).toBe('node-0');
  });
});

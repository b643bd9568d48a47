import { describe, expect, it } from 'vitest';
import { controllerOf } from '../../../../kubernetes/objects.ts';
import type { ControllerRevision, Pod } from '../objects.ts';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../resources.ts';
import { barePod, daemonSet, SmallCluster } from '../testing/small-cluster.ts';

const ON_DELETE = { updateStrategy: { type: 'OnDelete' } };
const DS = { namespace: 'work', name: 'driver' };

async function clusterWithDriver(spec: object = ON_DELETE): Promise<SmallCluster> {
  const cluster = new SmallCluster();
  cluster.create(DAEMON_SETS, daemonSet('driver', { spec }));
  await cluster.pass(2000);
  return cluster;
}

function setImage(cluster: SmallCluster, image: string): void {
  cluster.change(DAEMON_SETS, DS, {
    spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
  });
}

function revisions(cluster: SmallCluster): readonly ControllerRevision[] {
  const all = cluster.api.list(CONTROLLER_REVISIONS, {
    namespace: 'work',
  }) as unknown as ControllerRevision[];
  return [...all].sort((a, b) => a.revision - b.revision);
}

function hashOf({ metadata }: Pod | ControllerRevision): string {
  return metadata.labels?.['controller-revision-hash'] ?? '';
}

describe('A DaemonSet', () => {
  it('has a Ready pod on every node, and says so', async () => {
    const cluster = await clusterWithDriver();
    expect(cluster.nodesOf('driver-')).toEqual(['node-0', 'node-1', 'node-2']);
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({
      observedGeneration: 1,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
    });
  });

  it('brings its pod to nodes that are cordoned, and to those that come later', async () => {
    const cluster = new SmallCluster();
    cluster.cordon('node-0');
    await cluster.pass(2000);
    cluster.create(DAEMON_SETS, daemonSet('driver'));
    await cluster.pass(2000);
    cluster.machines.addNode({ name: 'node-3' });
    await cluster.pass(2000);
    expect(cluster.nodesOf('driver-')).toEqual(['node-0', 'node-1', 'node-2', 'node-3']);
  });

  it('leaves its pod on a node that is NotReady, and brings none there', async () => {
    const cluster = new SmallCluster();
    cluster.create(DAEMON_SETS, daemonSet('driver', { podSpec: { nodeSelector: { nic: 'true' } } }));
    cluster.label('node-0', { nic: 'true' });
    await cluster.pass(2000);
    cluster.machines.setNodeReady('node-0', false);
    cluster.machines.setNodeReady('node-1', false);
    await cluster.pass(600_000);
    cluster.label('node-1', { nic: 'true' });
    await cluster.pass(2000);
    expect(cluster.nodesOf('driver-')).toEqual(['node-0']);
    cluster.machines.setNodeReady('node-1', true);
    await cluster.pass(2000);
    expect(cluster.nodesOf('driver-')).toEqual(['node-0', 'node-1']);
  });

  it('keeps away from taints that it does not tolerate, and leaves only for NoExecute', async () => {
    const cluster = await clusterWithDriver();
    cluster.taint('node-0', { key: 'people', effect: 'NoSchedule' });
    cluster.taint('node-1', { key: 'people', effect: 'NoExecute' });
    cluster.machines.addNode({ name: 'node-3', taints: [{ key: 'people', effect: 'NoSchedule' }] });
    await cluster.pass(2000);
    expect(cluster.nodesOf('driver-')).toEqual(['node-0', 'node-2']);
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({
      desiredNumberScheduled: 1,
      numberMisscheduled: 1,
    });
  });

  it('follows the labels of nodes', async () => {
    const cluster = new SmallCluster();
    cluster.create(DAEMON_SETS, daemonSet('driver', { podSpec: { nodeSelector: { nic: 'true' } } }));
    cluster.label('node-1', { nic: 'true' });
    await cluster.pass(2000);
    expect(cluster.nodesOf('driver-')).toEqual(['node-1']);
    cluster.label('node-1', { nic: null });
    cluster.label('node-2', { nic: 'true' });
    await cluster.pass(2000);
    expect(cluster.nodesOf('driver-')).toEqual(['node-2']);
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({
      desiredNumberScheduled: 1,
      numberReady: 1,
    });
  });

  it('is not looked at for labels of nodes that do not concern it', async () => {
    const cluster = await clusterWithDriver();
    const before = cluster.api.revision;
    cluster.label('node-1', { colour: 'green' });
    await cluster.pass(2000);
    expect(cluster.api.revision).toBe(before + 1);
  });

  it('deletes a pod that has failed at once, and the next one later', async () => {
    const cluster = await clusterWithDriver();
    const fail = (): string => {
      const pod = cluster.pods('driver-').find(({ spec }) => spec?.nodeName === 'node-1')!;
      const body = { status: { phase: 'Failed', reason: 'Evicted' } };
      cluster.api.patch(
        PODS,
        pod.metadata,
        { type: 'merge', body },
        { fieldManager: 'x', subresource: 'status' },
      );
      return pod.metadata.name;
    };
    const first = fail();
    await cluster.pass(500);
    expect(cluster.exists(PODS, first)).toBe(false);
    expect(cluster.nodesOf('driver-')).toEqual(['node-0', 'node-1', 'node-2']);
    const second = fail();
    await cluster.pass(300);
    expect(cluster.exists(PODS, second)).toBe(true);
    await cluster.pass(1000);
    expect(cluster.exists(PODS, second)).toBe(false);
  });

  it('keeps the older of two pods on a node', async () => {
    const cluster = await clusterWithDriver();
    await cluster.pass(2000);
    const [old] = cluster.pods('driver-');
    const labels = { ...old!.metadata.labels };
    cluster.create(PODS, barePod('driver-zz', { labels, podSpec: { nodeName: old!.spec!.nodeName } }));
    await cluster.pass(2000);
    expect(cluster.pods('driver-')).toHaveLength(3);
    expect(cluster.exists(PODS, old!.metadata.name)).toBe(true);
  });

  it('adopts pods and revisions that an earlier one has left behind', async () => {
    const cluster = await clusterWithDriver();
    cluster.delete(DAEMON_SETS, 'driver', 'Orphan');
    await cluster.pass(2000);
    const orphans = cluster.pods('driver-').map(({ metadata }) => metadata.uid);
    expect(orphans).toHaveLength(3);
    expect(cluster.pods('driver-').map(({ metadata }) => controllerOf(metadata))).toEqual(
      Array(3).fill(undefined),
    );
    const uid = cluster.create(DAEMON_SETS, daemonSet('driver', { spec: ON_DELETE })).metadata.uid;
    await cluster.pass(2000);
    expect(cluster.pods('driver-').map(({ metadata }) => metadata.uid)).toEqual(orphans);
    expect(cluster.pods('driver-').map(({ metadata }) => controllerOf(metadata)?.uid)).toEqual(
      Array(3).fill(uid),
    );
    expect(revisions(cluster).map(({ metadata }) => controllerOf(metadata)?.uid)).toEqual([uid]);
  });

  it('does not make pods for a node that is gone', async () => {
    const cluster = await clusterWithDriver();
    cluster.machines.removeNode('node-2');
    await cluster.pass(120_000);
    expect(cluster.nodesOf('driver-')).toEqual(['node-0', 'node-1']);
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({ desiredNumberScheduled: 2 });
  });
});

describe('A new template of a DaemonSet', () => {
  it('is for those pods only that are made from now on, with OnDelete', async () => {
    const cluster = await clusterWithDriver();
    const old = cluster.pods('driver-').map(({ metadata }) => metadata.uid);
    setImage(cluster, 'driver:2');
    await cluster.pass(10_000);
    expect(cluster.pods('driver-').map(({ metadata }) => metadata.uid)).toEqual(old);
    expect(cluster.status(DAEMON_SETS, 'driver')).not.toHaveProperty('updatedNumberScheduled');

    const [first] = cluster.pods('driver-');
    cluster.delete(PODS, first!.metadata.name);
    await cluster.pass(2000);
    const made = cluster.pods('driver-').find(({ metadata }) => !old.includes(metadata.uid))!;
    expect(made.spec?.nodeName).toBe(first!.spec!.nodeName);
    expect(made.spec?.containers?.[0]?.image).toBe('driver:2');
    expect(hashOf(made)).toBe(hashOf(revisions(cluster).at(-1)!));
    expect(hashOf(made)).not.toBe(hashOf(first!));
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({
      updatedNumberScheduled: 1,
      numberReady: 3,
    });
  });

  it('gets the next pod only when the old one is gone', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ stopTime: 5000 }) });
    cluster.create(DAEMON_SETS, daemonSet('driver', { spec: ON_DELETE }));
    await cluster.pass(2000);
    const [first] = cluster.pods('driver-');
    cluster.delete(PODS, first!.metadata.name);
    await cluster.pass(4500);
    expect(cluster.pods('driver-')).toHaveLength(3);
    await cluster.pass(2000);
    expect(cluster.exists(PODS, first!.metadata.name)).toBe(false);
    expect(cluster.pods('driver-')).toHaveLength(3);
  });

  it('that was there before gets its old revision back, under a new number', async () => {
    const cluster = await clusterWithDriver();
    const [first] = revisions(cluster);
    setImage(cluster, 'driver:2');
    await cluster.pass(2000);
    expect(revisions(cluster).map(({ revision }) => revision)).toEqual([1, 2]);
    setImage(cluster, 'example.com/work:1');
    await cluster.pass(2000);
    const [, last] = revisions(cluster);
    expect(revisions(cluster).map(({ revision }) => revision)).toEqual([2, 3]);
    expect(last!.metadata.uid).toBe(first!.metadata.uid);
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({ updatedNumberScheduled: 3 });
  });

  it('has its revision before it is said to be observed', async () => {
    const cluster = await clusterWithDriver();
    const seen: string[] = [];
    cluster.api.onChange(({ resource, after }) => {
      if (resource.plural === 'controllerrevisions') seen.push('revision');
      const { observedGeneration } = (after?.['status'] ?? {}) as { readonly observedGeneration?: number };
      if (resource.plural === 'daemonsets') seen.push(`observed ${observedGeneration}`);
    });
    setImage(cluster, 'driver:2');
    await cluster.pass(2000);
    expect(seen).toEqual(['observed 1', 'revision', 'observed 2']);
  });

  it('is not observed while the controller does nothing', async () => {
    const cluster = await clusterWithDriver();
    cluster.machines.pause('daemonset');
    setImage(cluster, 'driver:2');
    await cluster.pass(60_000);
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({ observedGeneration: 1 });
    cluster.machines.resume('daemonset');
    await cluster.pass(2000);
    expect(cluster.status(DAEMON_SETS, 'driver')).toMatchObject({ observedGeneration: 2 });
  });

  it('replaces the pods one by one, with RollingUpdate', async () => {
    const cluster = new SmallCluster({ behaviourOf: () => ({ startTime: 1000, stopTime: 500 }) });
    cluster.create(DAEMON_SETS, daemonSet('driver'));
    await cluster.pass(5000);
    let fewest = 3;
    cluster.api.onChange(({ resource, after }) => {
      if (resource.plural !== 'daemonsets') return;
      const { numberReady = 0 } = (after?.['status'] ?? {}) as { readonly numberReady?: number };
      fewest = Math.min(fewest, numberReady);
    });
    setImage(cluster, 'driver:2');
    await cluster.pass(20_000);
    expect(cluster.pods('driver-').map(({ spec }) => spec?.containers?.[0]?.image)).toEqual(
      Array(3).fill('driver:2'),
    );
    expect(fewest).toBe(2);
  });

  it('leaves the last ten before it in memory, and those that pods are of', async () => {
    const cluster = await clusterWithDriver();
    for (let version = 2; version <= 15; version += 1) {
      setImage(cluster, `driver:${version}`);
      await cluster.pass(2000);
    }
    expect(revisions(cluster).map(({ revision }) => revision)).toEqual([
      1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ]);
  });
});

describe('Pods of a DaemonSet', () => {
  it('are bound by the scheduler, to the node that they were made for', async () => {
    const cluster = new SmallCluster({ nodes: 1 });
    cluster.machines.pause('scheduler');
    cluster.create(DAEMON_SETS, daemonSet('driver'));
    await cluster.pass(2000);
    const [pod] = cluster.pods('driver-');
    expect(pod!.spec).not.toHaveProperty('nodeName');
    expect(pod!.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual({
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-0'] }] }],
    });
    cluster.api.delete(NODES, { name: 'node-0' });
    await cluster.pass(2000);
    expect(cluster.pods('driver-')).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { Cluster, Stored } from '../../cluster/port.ts';
import { nodes } from '../resources/nodes.ts';
import { workloadPods } from '../resources/workload-pods.ts';
import { aRawNode, aRawPod } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { EVENT_TYPE } from '../telemetry/event-object.ts';
import { guardedCluster } from './guarded-cluster.ts';

let leads: boolean;
let wire: RecordingCluster;
let cluster: Cluster;
let pod: Stored;

const node = { name: 'node-1' };
const aNode = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'default' } };

const writes: Readonly<Record<string, () => Promise<unknown>>> = {
  create: () => cluster.create(nodes, aNode('node-2')),
  patch: () => cluster.patch(nodes, node, [{ op: 'test', path: '/metadata/name', value: 'node-1' }]),
  apply: () => cluster.apply(nodes, aNode('node-1')),
  evict: () => cluster.evict(pod, pod.uid),
  delete: () => cluster.delete(nodes, node),
};

beforeEach(() => {
  leads = true;
  const test = new TestCluster();
  test.create(nodes, aRawNode());
  pod = workloadPods.trim(test.create(workloadPods, aRawPod()));
  wire = test.wire;
  cluster = guardedCluster(wire, () => leads);
});

describe('A process that leads', () => {
  it('writes', async () => {
    for (const write of Object.values(writes)) await write();
    expect(wire.calls.map(({ verb }) => verb)).toEqual(Object.keys(writes));
  });
});

describe('A process that leads no more', () => {
  beforeEach(() => {
    leads = false;
  });

  it.each(Object.keys(writes))('writes nothing: %s', async (verb) => {
    await expect(writes[verb]!()).rejects.toMatchObject({ code: 'aborted' });
    expect(wire.calls).toEqual([]);
  });

  it('may read, and tell what it has done', async () => {
    await cluster.get(nodes, node);
    await cluster.list(nodes, {});
    await cluster.create(EVENT_TYPE, event);
    await cluster.patch(EVENT_TYPE, event.metadata, [{ op: 'add', path: '/count', value: 2 }]);
    expect(wire.calls.map(({ verb }) => verb)).toEqual(['get', 'list', 'create', 'patch']);
  });
});

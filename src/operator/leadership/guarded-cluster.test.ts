import { beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../cluster/port.ts';
import { nodes } from '../resources/nodes.ts';
import { aRawNode } from '../testing/builders.ts';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { EVENT_TYPE } from '../telemetry/event-object.ts';
import { guardedCluster } from './guarded-cluster.ts';

let leads: boolean;
let memory: MemoryCluster;
let cluster: Cluster;

const node = { name: 'node-1' };
const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'default' } };

const writes: Readonly<Record<string, () => Promise<unknown>>> = {
  create: () => cluster.create(nodes, aRawNode({ name: 'node-2' })),
  patch: () => cluster.patch(nodes, node, [{ op: 'test', path: '/metadata/name', value: 'node-1' }]),
  apply: () => cluster.apply(nodes, aRawNode()),
  evict: () => cluster.evict({ name: 'node-1' }, 'uid').catch(ignoreNotFound),
  delete: () => cluster.delete(nodes, node),
};

function ignoreNotFound(error: unknown): void {
  if ((error as { code?: string }).code !== 'not-found') throw error;
}

beforeEach(() => {
  leads = true;
  memory = new MemoryCluster();
  memory.store.put(nodes, aRawNode());
  cluster = guardedCluster(memory, () => leads);
});

describe('A process that leads', () => {
  it('writes', async () => {
    for (const write of Object.values(writes)) await write();
    expect(memory.requests.map(({ verb }) => verb)).toEqual(Object.keys(writes));
  });
});

describe('A process that leads no more', () => {
  beforeEach(() => {
    leads = false;
  });

  it.each(Object.keys(writes))('writes nothing: %s', async (verb) => {
    await expect(writes[verb]!()).rejects.toMatchObject({ code: 'aborted' });
    expect(memory.requests).toEqual([]);
  });

  it('may read, and tell what it has done', async () => {
    await cluster.get(nodes, node);
    await cluster.list(nodes, {});
    await cluster.create(EVENT_TYPE, event);
    await cluster.patch(EVENT_TYPE, event.metadata, [{ op: 'add', path: '/count', value: 2 }]);
    expect(memory.requests.map(({ verb }) => verb)).toEqual(['get', 'list', 'create', 'patch']);
  });
});

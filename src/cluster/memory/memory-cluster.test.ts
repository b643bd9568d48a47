import { describe, expect, it } from 'vitest';
import type { ApiObject } from '../../kubernetes/objects.ts';
import type { Cluster, ResourceType, WatchEvent } from '../port.ts';
import { testNodes, type TestNode } from '../testing/nodes.ts';
import { BY_TEST, makeApi, node, nodes } from './api/testing/api.ts';
import { createMemoryCluster } from './memory-cluster.ts';

function makeCluster(): { cluster: Cluster } & ReturnType<typeof makeApi> {
  const made = makeApi();
  return { ...made, cluster: createMemoryCluster({ api: made.api, fieldManager: 'test' }) };
}

const brokenNodes: ResourceType<TestNode> = {
  ...testNodes,
  trim: () => {
    throw new Error('no node');
  },
};

describe('The cluster in memory', () => {
  it('speaks of a refusal as the HTTP client does', async () => {
    const { cluster } = makeCluster();
    await expect(cluster.get(testNodes, { name: 'n' })).rejects.toMatchObject({
      name: 'ApiError',
      code: 'not-found',
      message: 'GET nodes/n: the API server answered 404 NotFound: nodes "n" not found',
      details: { status: 404, reason: 'NotFound', call: 'GET nodes/n', maybeApplied: false },
    });
    const { version: _, ...rest } = testNodes;
    await expect(cluster.list({ ...rest, version: 'v2' }, {})).rejects.toMatchObject({ code: 'not-found' });
  });

  it('has written, though, when its answer cannot be understood', async () => {
    const { api, cluster } = makeCluster();
    const created = cluster.create(brokenNodes, node('n'));
    await expect(created).rejects.toMatchObject({ code: 'malformed', details: { maybeApplied: true } });
    expect(api.find(nodes, { name: 'n' })).toBeDefined();
  });

  it('does nothing for a caller who gave up before', async () => {
    const { api, cluster } = makeCluster();
    const created = cluster.create(testNodes, node('n'), { signal: AbortSignal.abort() });
    await expect(created).rejects.toMatchObject({ code: 'aborted', details: { maybeApplied: false } });
    expect(api.find(nodes, { name: 'n' })).toBeUndefined();
  });

  it('keeps a copy of what it is given, without what is undefined', async () => {
    const { api, cluster } = makeCluster();
    const labels: Record<string, string> = { a: 'b' };
    await cluster.create(testNodes, node('n', { metadata: { labels, annotations: undefined } }));
    labels['a'] = 'changed later';
    expect(api.get(nodes, { name: 'n' }).metadata.labels).toEqual({ a: 'b' });
    expect(api.get(nodes, { name: 'n' }).metadata).not.toHaveProperty('annotations');
  });
});

describe('A watch of the cluster in memory', () => {
  async function collect(
    events: AsyncIterable<WatchEvent<TestNode>>,
    into: WatchEvent<TestNode>[],
  ): Promise<void> {
    for await (const event of events) into.push(event);
  }

  it('tells of a change as soon as it has happened, and needs no timer for it', async () => {
    const { api, clock, cluster } = makeCluster();
    const seen: WatchEvent<TestNode>[] = [];
    const controller = new AbortController();
    const watched = collect(cluster.watch(testNodes, { initialEvents: true }, controller), seen);
    await clock.advance(0);
    api.create(nodes, node('n'), BY_TEST);
    expect(seen.map(({ type }) => type)).toEqual(['bookmark']);
    await clock.advance(0);
    expect(seen.map(({ type }) => type)).toEqual(['bookmark', 'added']);
    expect(clock.nextAt).toBeUndefined();
    controller.abort();
    await expect(watched).rejects.toMatchObject({ code: 'aborted' });
  });

  it('delivers nothing more once its caller has given up', async () => {
    const { api, cluster } = makeCluster();
    for (const name of ['a', 'b', 'c']) api.create(nodes, node(name), BY_TEST);
    const controller = new AbortController();
    const seen: string[] = [];
    const watched = (async () => {
      for await (const event of cluster.watch(testNodes, { initialEvents: true }, controller)) {
        seen.push(event.type);
        controller.abort();
      }
    })();
    await expect(watched).rejects.toMatchObject({ code: 'aborted' });
    expect(seen).toEqual(['added']);
  });

  it('says now and then how far it has come, even if nothing happened to what it looks at', async () => {
    const { api, clock, cluster } = makeCluster();
    const seen: WatchEvent<TestNode>[] = [];
    const controller = new AbortController();
    const query = { resourceVersion: String(api.revision), labelSelector: 'mine' };
    const watched = collect(cluster.watch(testNodes, query, controller), seen);
    await clock.advance(61_000);
    api.create(nodes, node('of-somebody-else'), BY_TEST);
    await clock.advance(0);
    expect(seen).toEqual([
      { type: 'bookmark', resourceVersion: String(api.revision), initialEventsEnd: false },
    ]);
    controller.abort();
    await expect(watched).rejects.toMatchObject({ code: 'aborted' });
  });

  it('fails on an object that is not of its kind', async () => {
    const { api, cluster } = makeCluster();
    api.create(nodes, node('n'), BY_TEST);
    const watched = collect(cluster.watch(brokenNodes, { initialEvents: true }), []);
    await expect(watched).rejects.toMatchObject({ code: 'malformed' });
  });

  it('refuses what is no selector', async () => {
    const { cluster } = makeCluster();
    const watched = collect(cluster.watch(testNodes, { labelSelector: 'a b c' }), []);
    await expect(watched).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('What is sent to the cluster in memory', () => {
  it('is taken apart from what is asked of the status', async () => {
    const { api, cluster } = makeCluster();
    api.create(nodes, node('n'), BY_TEST);
    const applied: ApiObject & { subresource: 'status' } = {
      ...node('n'),
      subresource: 'status',
      ...{ spec: { unschedulable: true }, status: { phase: 'Running' } },
    };
    await cluster.apply(testNodes, applied);
    expect(api.get(nodes, { name: 'n' })).toMatchObject({ spec: {}, status: { phase: 'Running' } });
    expect(api.get(nodes, { name: 'n' })['spec']).not.toHaveProperty('unschedulable');
  });
});

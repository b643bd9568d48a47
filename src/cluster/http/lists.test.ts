import { describe, expect, it } from 'vitest';
import { testNodes } from '../testing/nodes.ts';
import { json, rawList, rawNode, refusal, reset } from './testing/answers.ts';
import { useHarness } from './testing/harness.ts';

const harness = useHarness();
const expired = refusal(410, { reason: 'Expired' });

function continued(): (string | null)[] {
  return harness.server.received.map(({ query }) => query.get('continue'));
}

describe('A list', () => {
  it('is read in pages, consistently, and told as of the first', async () => {
    harness.server.answer(
      json(rawList(100, [rawNode('a', 1), rawNode('b', 2)], 'next 1')),
      json(rawList(100, [rawNode('c', 3)], 'next 2')),
      json(rawList(100, [])),
    );
    const list = await harness.cluster({ pageSize: 2 }).list(testNodes, {});
    expect(list.resourceVersion).toBe('100');
    expect(list.items.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(continued()).toEqual([null, 'next 1', 'next 2']);
    for (const { query } of harness.server.received) {
      expect(query.get('limit')).toBe('2');
      expect(query.has('resourceVersion')).toBe(false);
    }
  });

  it('asks with its selectors on every page, in its namespace', async () => {
    harness.server.answer(json(rawList(100, [], 'more')), json(rawList(100, [])));
    const type = { ...testNodes, plural: 'pods', kind: 'Pod', namespaced: true };
    const query = { namespace: 'ns', labelSelector: 'a in (b, c)', fieldSelector: 'spec.nodeName=n1' };
    await harness.cluster().list(type, query);
    expect(harness.server.received).toHaveLength(2);
    for (const { path, query: sent } of harness.server.received) {
      expect(path).toBe('/api/v1/namespaces/ns/pods');
      expect(sent.get('labelSelector')).toBe('a in (b, c)');
      expect(sent.get('fieldSelector')).toBe('spec.nodeName=n1');
    }
  });

  it('has each item told what kind it is before it is trimmed', async () => {
    harness.server.answer(json(rawList(100, [rawNode('a', 1)])));
    const kinds: string[] = [];
    const type = {
      ...testNodes,
      trim: (raw: Parameters<typeof testNodes.trim>[0]) => {
        kinds.push(`${raw.apiVersion} ${raw.kind}`);
        return testNodes.trim(raw);
      },
    };
    await harness.cluster().list(type, {});
    expect(kinds).toEqual(['v1 Node']);
  });

  it('is begun anew when it took so long that its token expired', async () => {
    harness.server.answer(
      json(rawList(100, [rawNode('a', 1), rawNode('gone', 2)], 'old')),
      expired,
      json(rawList(200, [rawNode('a', 1)], 'new')),
      json(rawList(200, [rawNode('b', 150)])),
    );
    const list = await harness.cluster().list(testNodes, {});
    expect(list.resourceVersion).toBe('200');
    expect(list.items.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(continued()).toEqual([null, 'old', null, 'new']);
  });

  it('is given up when its tokens expire again and again', async () => {
    const first = json(rawList(100, [rawNode('a', 1)], 'old'));
    harness.server.answer(first, expired, first, expired, first, expired);
    await expect(harness.cluster().list(testNodes, {})).rejects.toMatchObject({ code: 'gone' });
    expect(harness.server.received).toHaveLength(6);
  });

  it('asks for a page again, and only for that one, when the connection breaks', async () => {
    harness.server.answer(json(rawList(100, [rawNode('a', 1)], 'next')), reset, json(rawList(100, [])));
    await expect(harness.cluster().list(testNodes, {})).resolves.toMatchObject({ items: [{ name: 'a' }] });
    expect(continued()).toEqual([null, 'next', 'next']);
  });

  it('stops between two pages when the caller gives up', async () => {
    const controller = new AbortController();
    harness.server.answer((request, response) => {
      controller.abort();
      json(rawList(100, [rawNode('a', 1)], 'next'))(request, response);
    });
    const { signal } = controller;
    await expect(harness.cluster().list(testNodes, {}, { signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(harness.server.received).toHaveLength(1);
  });

  it('may be empty, and may then come without items', async () => {
    harness.server.answer(json({ ...rawList(100, []), items: null }));
    expect(await harness.cluster().list(testNodes, {})).toEqual({ items: [], resourceVersion: '100' });
  });

  it.each([
    ['no resourceVersion', { metadata: {}, items: [] }],
    ['items that are no list', { metadata: { resourceVersion: '1' }, items: {} }],
    ['an item that is no object', { metadata: { resourceVersion: '1' }, items: [null] }],
    [
      'an item that cannot be trimmed',
      { metadata: { resourceVersion: '1' }, items: [{ metadata: { name: 'a' } }] },
    ],
  ])('is malformed with %s', async (_what, body) => {
    harness.server.answer(json(body));
    await expect(harness.cluster().list(testNodes, {})).rejects.toMatchObject({ code: 'malformed' });
  });
});

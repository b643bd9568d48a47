import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BY_TEST,
  addPod,
  at,
  configMap,
  configMaps,
  drain,
  makeApi,
  node,
  nodes,
  pods,
  refusalOf,
  told,
} from './testing/api.ts';
import type { ApiServer, RawObject, Selection, WatchCursor } from './types.ts';

/** One thing that may happen to one of a few ConfigMaps. */
interface Step {
  readonly name: string;
  readonly color: string | undefined;
}

const steps = fc.array(
  fc.record<Step>({
    name: fc.constantFrom('a', 'b', 'c'),
    color: fc.constantFrom('red', 'green', 'blue', undefined),
  }),
  { maxLength: 40 },
);

/** Without a color, the object goes. */
function take(api: ApiServer, { name, color }: Step): void {
  const there = api.find(configMaps, at(name)) !== undefined;
  if (color === undefined) {
    if (there) api.delete(configMaps, at(name));
    return;
  }
  const wanted = configMap(name, { metadata: { labels: { color } } });
  if (there) api.update(configMaps, wanted, BY_TEST);
  else api.create(configMaps, wanted, BY_TEST);
}

const SELECTIONS: readonly Selection[] = [
  {},
  { labelSelector: 'color in (red, green)' },
  { fieldSelector: 'metadata.name!=a' },
  { namespace: 'default', labelSelector: 'color', fieldSelector: 'metadata.name=b' },
];

describe('Whatever happens', () => {
  it('a list as of an earlier revision is what the list was then', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { api } = makeApi();
        const then = all.map((step) => {
          take(api, step);
          return {
            revision: api.revision,
            lists: SELECTIONS.map((selection) => api.list(configMaps, selection)),
          };
        });
        for (const { revision, lists } of then) {
          expect(SELECTIONS.map((selection) => api.listAt(configMaps, selection, revision))).toEqual(lists);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('a list and a watch from its revision on come to what a later list shows, each thing told once', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const { api } = makeApi();
        for (const step of before) take(api, step);
        const starts = SELECTIONS.map((selection) => ({
          selection,
          seen: new Map(api.list(configMaps, selection).map((each) => [each.metadata.name, each])),
          cursor: api.watch(configMaps, { ...selection, resourceVersion: String(api.revision) }),
        }));
        for (const step of after) take(api, step);
        for (const { selection, seen, cursor } of starts) {
          follow(seen, cursor);
          expect([...seen.values()].sort(byName)).toEqual(api.list(configMaps, selection));
        }
      }),
      { numRuns: 100 },
    );
  });
});

function follow(seen: Map<string, RawObject>, cursor: WatchCursor): void {
  let newest = 0;
  for (const event of drain(cursor)) {
    if (event.type === 'BOOKMARK') continue;
    const { name, resourceVersion } = event.object.metadata;
    expect(Number(resourceVersion)).toBeGreaterThan(newest);
    newest = Number(resourceVersion);
    expect(event.type).toBe(seen.has(name) ? (event.type === 'DELETED' ? 'DELETED' : 'MODIFIED') : 'ADDED');
    if (event.type === 'DELETED') seen.delete(name);
    else seen.set(name, event.object);
  }
}

function byName(a: RawObject, b: RawObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

describe('A watch', () => {
  it('begins with what is there unless it says after what, and marks the end of that if asked to', () => {
    const { api } = makeApi();
    api.create(nodes, node('b'), BY_TEST);
    api.create(nodes, node('a'), BY_TEST);
    const { revision } = api;
    expect(told(drain(api.watch(nodes, {})))).toEqual(['ADDED a', 'ADDED b']);
    expect(told(drain(api.watch(nodes, { resourceVersion: '0' })))).toEqual(['ADDED a', 'ADDED b']);
    expect(told(drain(api.watch(nodes, { resourceVersion: String(revision) })))).toEqual([]);
    const marked = drain(api.watch(nodes, { initialEvents: true }));
    expect(told(marked)).toEqual(['ADDED a', 'ADDED b', 'BOOKMARK']);
    expect(marked.at(-1)).toEqual({
      type: 'BOOKMARK',
      resourceVersion: String(revision),
      initialEventsEnd: true,
    });
  });

  it('wakes its listener for what can concern it, until that has heard enough', () => {
    const { api } = makeApi();
    let woken = 0;
    const cursor = api.watch(pods, { fieldSelector: 'spec.nodeName=n1' });
    const stop = cursor.listen(() => (woken += 1));
    addPod(api, 'elsewhere', { nodeName: 'n2' });
    expect(woken).toBe(0);
    addPod(api, 'here', { nodeName: 'n1' });
    expect(woken).toBe(2);
    stop();
    api.delete(pods, at('here'));
    expect(woken).toBe(2);
    expect(told(drain(cursor))).toEqual(['ADDED here', 'MODIFIED here', 'MODIFIED here']);
  });

  it('of the pods of one node sees one come when it is bound', () => {
    const { api } = makeApi();
    const unbound = { apiVersion: 'v1', kind: 'Pod', metadata: at('p') };
    api.create(pods, { ...unbound, ...{ spec: { containers: [{ name: 'c', image: 'i' }] } } }, BY_TEST);
    const cursor = api.watch(pods, { fieldSelector: 'spec.nodeName=n1' });
    const bind = { type: 'merge', body: { spec: { nodeName: 'n1' } } } as const;
    api.patch(pods, at('p'), bind, BY_TEST);
    expect(told(drain(cursor))).toEqual(['ADDED p']);
    expect(api.list(pods, { fieldSelector: 'spec.nodeName=n1' })).toHaveLength(1);
    expect(api.list(pods, { fieldSelector: 'spec.nodeName!=n1' })).toHaveLength(0);
  });

  it('has bookmarks that say how far it has come, never more', () => {
    const { api } = makeApi();
    const cursor = api.watch(nodes, { resourceVersion: String(api.revision) });
    const begin = String(api.revision);
    api.create(nodes, node('n'), BY_TEST);
    expect(cursor.bookmark()).toMatchObject({ resourceVersion: begin, initialEventsEnd: false });
    drain(cursor);
    api.create(configMaps, configMap('of another kind'.replaceAll(' ', '-')), BY_TEST);
    expect(cursor.bookmark()).toMatchObject({ resourceVersion: String(api.revision) });
  });

  it('from before what is remembered is told so, and one that has kept up goes on', () => {
    const { api } = makeApi();
    const { revision } = api;
    const [late, prompt] = [api.watch(nodes, {}), api.watch(nodes, {})];
    api.create(nodes, node('n'), BY_TEST);
    drain(prompt);
    api.compact();
    api.create(nodes, node('m'), BY_TEST);
    expect(refusalOf(() => late.next())).toMatchObject({ code: 410, reason: 'Expired' });
    expect(told(drain(prompt))).toEqual(['ADDED m']);
    const resumed = api.watch(nodes, { resourceVersion: String(revision) });
    expect(refusalOf(() => resumed.next()).code).toBe(410);
    expect(refusalOf(() => api.listAt(nodes, {}, revision)).code).toBe(410);
  });

  it('is told so as well when too much has happened, though not by what happens to other kinds', () => {
    const { api } = makeApi();
    api.create(nodes, node('n'), BY_TEST);
    const quiet = api.watch(nodes, { resourceVersion: '1' });
    const busy = api.watch(configMaps, { resourceVersion: '1' });
    api.create(configMaps, configMap('a'), BY_TEST);
    for (let count = 0; count < 10_001; count += 1) {
      const body = { data: { count: String(count) } };
      api.patch(configMaps, at('a'), { type: 'merge', body }, BY_TEST);
    }
    expect(refusalOf(() => busy.next()).code).toBe(410);
    expect(told(drain(quiet))).toEqual(['ADDED n']);
  });

  it('waits for a revision that is yet to come, but does not begin with a list of it', () => {
    const { api } = makeApi();
    const next = String(api.revision + 1);
    const cursor = api.watch(nodes, { resourceVersion: next });
    api.create(nodes, node('n'), BY_TEST);
    api.create(nodes, node('m'), BY_TEST);
    expect(told(drain(cursor))).toEqual(['ADDED m']);
    const future = { resourceVersion: String(api.revision + 1), initialEvents: true };
    expect(refusalOf(() => api.watch(nodes, future))).toMatchObject({ code: 504, reason: 'Timeout' });
  });
});

describe('A selector', () => {
  it.each([
    [{ labelSelector: 'a b c' }, 'unable to parse requirement'],
    [{ fieldSelector: 'spec.color=red' }, '"spec.color" is not a known field selector'],
    [{ fieldSelector: 'metadata.name' }, "invalid selector: 'metadata.name'"],
  ])('that is none, as in %j, is refused', (selection, message) => {
    const { api } = makeApi();
    const refusal = refusalOf(() => api.list(configMaps, selection));
    expect(refusal).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(refusal.message).toContain(message);
  });
});

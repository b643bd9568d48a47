import { describe, expect, it } from 'vitest';
import type { RawObject } from './types.ts';
import {
  BY_TEST,
  STATUS_BY_TEST,
  at,
  configMap,
  configMaps,
  daemonSets,
  makeApi,
  namespaces,
  node,
  nodes,
  pod,
  pods,
  refusalOf,
} from './testing/api.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('A new object', () => {
  it('gets an identity and a time, whatever it says of them itself', () => {
    const { api } = makeApi();
    const claimed = configMap('a', {
      metadata: {
        uid: 'mine',
        creationTimestamp: '1999-01-01T00:00:00Z',
        deletionTimestamp: '1999-01-01T00:00:00Z',
      },
    });
    const { metadata } = api.create(configMaps, claimed, BY_TEST);
    expect(metadata.uid).toMatch(UUID);
    expect(metadata.creationTimestamp).toBe('2026-01-01T00:00:00Z');
    expect(metadata.deletionTimestamp).toBeUndefined();
    expect(metadata.resourceVersion).toBe(String(api.revision));
  });

  it('gets a name of its own where it brings only the beginning of one', () => {
    const { api } = makeApi();
    const prefix = { ...configMap('', { metadata: { generateName: 'job-' } }) };
    const names = [1, 2].map(() => api.create(configMaps, prefix, BY_TEST).metadata.name);
    expect(names[0]).toMatch(/^job-[a-z0-9]{5}$/);
    expect(names[1]).not.toBe(names[0]);
  });

  it('is refused in a namespace that is not there, and in one that goes', () => {
    const { api } = makeApi();
    const stray = configMap('a', { metadata: { namespace: 'nowhere' } });
    expect(refusalOf(() => api.create(configMaps, stray, BY_TEST))).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
    api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } }, BY_TEST);
    api.delete(namespaces, { name: 'going' });
    const late = configMap('a', { metadata: { namespace: 'going' } });
    expect(refusalOf(() => api.create(configMaps, late, BY_TEST))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
  });

  it('is refused under a name, with labels or with a size that no object may have', () => {
    const { api } = makeApi();
    const refused = (...objects: readonly ReturnType<typeof configMap>[]): readonly (string | undefined)[] =>
      objects.map(
        (each) => refusalOf(() => api.create(configMaps, each, BY_TEST)).details?.causes?.[0]?.field,
      );
    expect(
      refused(
        configMap('Upper'),
        configMap(''),
        configMap('a', { metadata: { labels: { 'no spaces': 'x' } } }),
        configMap('a', { metadata: { labels: { a: 'no spaces' } } }),
        configMap('a', { metadata: { annotations: { a: 'x'.repeat(256 * 1024) } } }),
        configMap('a', { metadata: { finalizers: ['unqualified'] } }),
        configMap('a', { data: { 'no spaces': '' } }),
      ),
    ).toEqual([
      'metadata.name',
      'metadata.name',
      'metadata.labels',
      'metadata.labels',
      'metadata.annotations',
      'metadata.finalizers[0]',
      'data[no spaces]',
    ]);
  });

  it('is not kept when it is only tried', () => {
    const { api } = makeApi();
    const before = api.revision;
    expect(api.create(configMaps, configMap('a'), { ...BY_TEST, dryRun: true }).metadata.uid).toMatch(UUID);
    expect(api.find(configMaps, at('a'))).toBeUndefined();
    expect(api.revision).toBe(before);
  });
});

describe('A write', () => {
  it('that changes nothing is none', () => {
    const { api } = makeApi();
    const made = api.create(configMaps, configMap('a', { data: { k: 'v' } }), BY_TEST);
    const before = api.revision;
    expect(api.update(configMaps, configMap('a', { data: { k: 'v' } }), BY_TEST)).toBe(made);
    expect(api.patch(configMaps, at('a'), { type: 'merge', body: { data: { k: 'v' } } }, BY_TEST)).toBe(made);
    expect(api.revision).toBe(before);
  });

  it('shares with the object before it whatever it did not change', () => {
    const { api } = makeApi();
    const before = api.create(nodes, node('n', { status: { conditions: [{ type: 'Ready' }] } }), BY_TEST);
    const whole = JSON.parse(JSON.stringify(before)) as typeof before;
    const labelled = { ...whole, metadata: { ...whole.metadata, labels: { a: 'b' } } };
    expect(api.update(nodes, labelled, BY_TEST)['status']).toBe(before['status']);
  });

  it('made from another version of the object is refused', () => {
    const { api } = makeApi();
    const first = api.create(configMaps, configMap('a'), BY_TEST);
    api.patch(configMaps, at('a'), { type: 'merge', body: { data: { k: 'v' } } }, BY_TEST);
    const conflict = { code: 409, reason: 'Conflict', details: { name: 'a', kind: 'configmaps' } };
    expect(refusalOf(() => api.update(configMaps, first, BY_TEST))).toMatchObject({
      ...conflict,
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    });
    const { resourceVersion } = first.metadata;
    const patch = { type: 'merge', body: { metadata: { resourceVersion }, data: {} } } as const;
    expect(refusalOf(() => api.patch(configMaps, at('a'), patch, BY_TEST))).toMatchObject(conflict);
  });

  it('cannot make another object of it, or say that it is being deleted', () => {
    const { api } = makeApi();
    api.create(configMaps, configMap('a'), BY_TEST);
    const codes = ['name', 'namespace', 'uid', 'deletionTimestamp'].map((field) => {
      const body = { metadata: { [field]: 'other' } };
      return refusalOf(() => api.patch(configMaps, at('a'), { type: 'merge', body }, BY_TEST)).code;
    });
    expect(codes).toEqual([400, 400, 422, 422]);
  });

  it('counts a generation when something else is wanted, and not for labels or the status', () => {
    const { api } = makeApi();
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    api.create(
      daemonSets,
      { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: at('d'), ...{ spec } },
      BY_TEST,
    );
    const generationAfter = (body: unknown, options = BY_TEST): number | undefined =>
      api.patch(daemonSets, at('d'), { type: 'merge', body }, options).metadata.generation;
    expect([
      generationAfter({ metadata: { labels: { x: 'y' }, generation: 9 } }),
      generationAfter({ status: { numberReady: 1 } }, STATUS_BY_TEST),
      generationAfter({ spec: { minReadySeconds: 5 } }),
      generationAfter({ spec: { minReadySeconds: 5 } }),
    ]).toEqual([1, 1, 2, 2]);
    const other = { spec: { selector: { matchLabels: { c: 'd' } } } };
    expect(refusalOf(() => generationAfter(other)).message).toContain('spec.selector: Invalid value');
  });

  it('of the status leaves all else as it is, and any other leaves the status', () => {
    const { api } = makeApi();
    api.create(nodes, node('n', { status: { phase: 'Pending' } }), BY_TEST);
    const body = { spec: { unschedulable: true }, status: { phase: 'Running' } };
    const patch = { type: 'merge', body } as const;
    const status = api.patch(nodes, { name: 'n' }, patch, STATUS_BY_TEST);
    expect(status).toMatchObject({ spec: {}, status: { phase: 'Running' } });
    expect(status['spec']).not.toHaveProperty('unschedulable');
    const whole = api.patch(nodes, { name: 'n' }, { type: 'merge', body: { ...body, status: {} } }, BY_TEST);
    expect(whole).toMatchObject({ spec: { unschedulable: true }, status: { phase: 'Running' } });
  });

  it('leaves no trace of what goes without saying', () => {
    const { api } = makeApi();
    const made = api.create(
      nodes,
      node('n', { metadata: { labels: {} }, spec: { unschedulable: false, taints: [], podCIDR: null } }),
      BY_TEST,
    );
    expect(made['spec']).toEqual({});
    expect(made.metadata).not.toHaveProperty('labels');
  });
});

describe('An object or a kind that is not there', () => {
  it('is told apart by the words of the refusal', () => {
    const { api } = makeApi();
    expect(refusalOf(() => api.get(daemonSets, at('d')))).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'daemonsets.apps "d" not found',
      details: { name: 'd', group: 'apps', kind: 'daemonsets' },
    });
    const noSuchKind = { code: 404, message: 'the server could not find the requested resource' };
    expect(refusalOf(() => api.list({ group: 'nobody', plural: 'nothings' }))).toMatchObject(noSuchKind);
    const patch = { type: 'merge', body: {} } as const;
    expect(refusalOf(() => api.patch(configMaps, at('a'), patch, STATUS_BY_TEST))).toMatchObject(noSuchKind);
  });
});

describe('A listener', () => {
  it('hears of changes in their order, even of those that another makes while it listens', () => {
    const { api } = makeApi();
    const heard: number[] = [];
    api.onChange(({ after }) => {
      if (after?.metadata.name === 'cause') api.create(configMaps, configMap('effect'), BY_TEST);
    });
    api.onChange(({ revision }) => heard.push(revision));
    api.create(configMaps, configMap('cause'), BY_TEST);
    expect(heard).toEqual([api.revision - 1, api.revision]);
  });
});

describe('Who wrote what', () => {
  it('is the creator for what was sent and filled in, not for what the server added', () => {
    const { api } = makeApi();
    const made = api.create(pods, { ...pod('p'), ...{ status: { phase: 'Running' } } }, BY_TEST);
    const [entry, ...others] = made.metadata.managedFields ?? [];
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ manager: 'test', operation: 'Update' });
    expect(Object.keys(entry?.fieldsV1 ?? {})).toEqual(['f:spec']);
    const owned = JSON.stringify(entry?.fieldsV1);
    expect(owned).toContain('"f:restartPolicy"');
    expect(owned).not.toContain('"f:tolerations"');
  });

  it('decides what an applied configuration may change', () => {
    const { api } = makeApi();
    const apply = (value: string, fieldManager: string, force = false): RawObject =>
      api.patch(
        configMaps,
        at('a'),
        { type: 'apply', body: configMap('a', { data: { k: value } }), force },
        { fieldManager },
      );
    const made = apply('1', 'one');
    expect(apply('1', 'one')).toBe(made);
    expect(refusalOf(() => apply('2', 'two'))).toMatchObject({
      code: 409,
      details: { causes: [{ reason: 'FieldManagerConflict', field: '.data.k' }] },
    });
    expect(apply('2', 'two', true)['data']).toEqual({ k: '2' });
  });

  it('makes no difference to a configuration that is for another object, or for an older version of it', () => {
    const { api } = makeApi();
    api.create(configMaps, configMap('a'), BY_TEST);
    const refused = (name: string, metadata: object): number => {
      const body = configMap('a', { metadata: { ...metadata } });
      return refusalOf(() => api.patch(configMaps, at(name), { type: 'apply', body, force: true }, BY_TEST))
        .code;
    };
    expect(refused('b', {})).toBe(400);
    expect(refused('a', { resourceVersion: '1' })).toBe(409);
    expect(refused('new', { name: 'new', uid: 'expected' })).toBe(409);
  });
});

describe('An object that is restored', () => {
  it('is as it was elsewhere, whatever an author could not have written, under a resourceVersion of its own', () => {
    const { api } = makeApi();
    const metadata = { name: 'p', namespace: 'elsewhere', uid: 'u', resourceVersion: '999999' };
    const times = { creationTimestamp: '2020-01-01T00:00:00Z', deletionTimestamp: '2020-01-02T00:00:00Z' };
    const object = pod('p', {}, { ...metadata, ...times });
    const restored = api.restore(pods, { ...object, status: { phase: 'Running' } } as RawObject);
    expect(restored).toEqual({
      ...object,
      metadata: { ...metadata, ...times, resourceVersion: String(api.revision) },
      status: { phase: 'Running' },
    });
    expect(api.get(pods, metadata)).toBe(restored);
  });
});

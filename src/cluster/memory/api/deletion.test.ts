import { describe, expect, it } from 'vitest';
import {
  BY_TEST,
  addPod,
  at,
  configMap,
  configMaps,
  definitions,
  drain,
  makeApi,
  namespaces,
  pod,
  pods,
  refusalOf,
  told,
} from './testing/api.ts';
import type { RawObject } from './types.ts';

function deletionOf({ metadata }: RawObject): readonly unknown[] {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata as typeof metadata & {
    deletionGracePeriodSeconds?: number;
  };
  return [deletionTimestamp, deletionGracePeriodSeconds];
}

describe('Deleting', () => {
  it('removes an object, and says at which resourceVersion', () => {
    const { api } = makeApi();
    api.create(configMaps, configMap('a'), BY_TEST);
    const cursor = api.watch(configMaps, { resourceVersion: String(api.revision) });
    const gone = api.delete(configMaps, at('a'));
    expect(gone.metadata.resourceVersion).toBe(String(api.revision));
    expect(drain(cursor)).toEqual([{ type: 'DELETED', object: gone }]);
  });

  it('is refused where the object is not the one that is meant', () => {
    const { api } = makeApi();
    const { uid, resourceVersion } = api.create(configMaps, configMap('a'), BY_TEST).metadata;
    api.patch(configMaps, at('a'), { type: 'merge', body: { data: { k: 'v' } } }, BY_TEST);
    const refused = (preconditions: { uid?: string; resourceVersion?: string }): string =>
      refusalOf(() => api.delete(configMaps, at('a'), { preconditions })).message;
    expect(refused({ uid: 'other' })).toBe(
      `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${uid ?? ''}). The object might have been deleted and then recreated`,
    );
    expect(refused({ resourceVersion: resourceVersion ?? '' })).toContain(
      `the ResourceVersion in the precondition (${resourceVersion ?? ''}) does not match the ResourceVersion in record (${api.revision})`,
    );
    expect(api.find(configMaps, at('a'))).toBeDefined();
  });

  it('waits for finalizers: the write that removes the last one is the last', () => {
    const { api } = makeApi();
    api.create(
      configMaps,
      configMap('a', { metadata: { finalizers: ['example.com/x', 'example.com/y'] } }),
      BY_TEST,
    );
    const cursor = api.watch(configMaps, { resourceVersion: String(api.revision) });
    expect(deletionOf(api.delete(configMaps, at('a')))).toEqual(['2026-01-01T00:00:00Z', 0]);
    const remove = (finalizers: readonly string[]): unknown =>
      api.patch(configMaps, at('a'), { type: 'merge', body: { metadata: { finalizers } } }, BY_TEST);
    expect(refusalOf(() => remove(['example.com/x', 'example.com/z'])).message).toContain(
      'no new finalizers can be added if the object is being deleted',
    );
    remove(['example.com/x']);
    remove([]);
    expect(api.find(configMaps, at('a'))).toBeUndefined();
    expect(told(drain(cursor))).toEqual(['MODIFIED a', 'MODIFIED a', 'DELETED a']);
  });

  it('leaves to the garbage collector, by a finalizer, what is to be done about dependents', () => {
    const { api } = makeApi();
    const finalizersAfter = (propagationPolicy: 'Orphan' | 'Foreground'): readonly string[] | undefined =>
      api.delete(configMaps, at('a'), { propagationPolicy }).metadata.finalizers;
    api.create(configMaps, configMap('a'), BY_TEST);
    expect(finalizersAfter('Foreground')).toEqual(['foregroundDeletion']);
    expect(finalizersAfter('Orphan')).toEqual(['orphan']);
    api.delete(configMaps, at('a'), { propagationPolicy: 'Background' });
    expect(api.find(configMaps, at('a'))).toBeUndefined();
  });
});

describe('Deleting a pod', () => {
  it('gives its kubelet the time that it asks for, and removes it when the kubelet says so', async () => {
    const { api, clock } = makeApi();
    addPod(api, 'p');
    expect(deletionOf(api.delete(pods, at('p')))).toEqual(['2026-01-01T00:00:30Z', 30]);
    await clock.advance(5000);
    const { revision } = api;
    api.delete(pods, at('p'));
    api.delete(pods, at('p'), { gracePeriodSeconds: 60 });
    expect(api.revision).toBe(revision);
    expect(deletionOf(api.delete(pods, at('p'), { gracePeriodSeconds: 10 }))).toEqual([
      '2026-01-01T00:00:10Z',
      10,
    ]);
    await clock.advance(20_000);
    expect(deletionOf(api.delete(pods, at('p'), { gracePeriodSeconds: 5 }))).toEqual([
      '2026-01-01T00:00:25Z',
      1,
    ]);
    const cursor = api.watch(pods, { resourceVersion: String(api.revision) });
    api.delete(pods, at('p'), { gracePeriodSeconds: 0 });
    expect(told(drain(cursor))).toEqual(['MODIFIED p', 'DELETED p']);
  });

  it('removes it at once where no kubelet has it, or nothing of it runs any more', () => {
    const { api } = makeApi();
    api.create(pods, pod('unbound'), BY_TEST);
    addPod(api, 'finished', { phase: 'Succeeded' });
    for (const name of ['unbound', 'finished']) api.delete(pods, at(name));
    expect(api.list(pods)).toEqual([]);
  });
});

describe('Deleting a namespace', () => {
  it('lets it go when its content is said to be gone, which no ordinary write can say', () => {
    const { api } = makeApi();
    api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } }, BY_TEST);
    const going = api.delete(namespaces, { name: 'n' });
    expect(going).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } });
    const { revision } = api;
    expect(api.delete(namespaces, { name: 'n' })).toBe(going);
    api.update(namespaces, { ...going, ...{ spec: {} } }, BY_TEST);
    expect(api.revision).toBe(revision);
    api.update(namespaces, { ...going, ...{ spec: {} } }, { ...BY_TEST, subresource: 'finalize' });
    expect(api.find(namespaces, { name: 'n' })).toBeUndefined();
  });

  it('is refused for those that a cluster needs', () => {
    const { api } = makeApi();
    expect(refusalOf(() => api.delete(namespaces, { name: 'default' })).message).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    );
  });
});

describe('A CustomResourceDefinition', () => {
  const widgets = { group: 'example.com', plural: 'widgets' };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: at('w') };

  it('has its kind served as soon as it is there, and says so', () => {
    const { api } = makeApi();
    expect(refusalOf(() => api.resource(widgets)).code).toBe(404);
    const made = api.create(definitions, definition, BY_TEST);
    expect(api.resource(widgets)).toMatchObject({
      kind: 'Widget',
      listKind: 'WidgetList',
      singular: 'widget',
    });
    expect(made['status']).toMatchObject({
      conditions: [
        { type: 'NamesAccepted', status: 'True' },
        { type: 'Established', status: 'True' },
      ],
    });
    expect(api.create(widgets, widget, BY_TEST).metadata.generation).toBe(1);
  });

  it('takes its objects along when it goes, and waits for those that have finalizers', () => {
    const { api } = makeApi();
    api.create(definitions, definition, BY_TEST);
    api.create(
      widgets,
      { ...widget, metadata: { ...at('held'), finalizers: ['example.com/hold'] } },
      BY_TEST,
    );
    api.create(widgets, widget, BY_TEST);
    api.delete(definitions, definition.metadata);
    expect(api.list(widgets).map((each) => each.metadata.name)).toEqual(['held']);
    api.patch(widgets, at('held'), { type: 'merge', body: { metadata: { finalizers: null } } }, BY_TEST);
    expect(api.find(definitions, definition.metadata)).toBeUndefined();
    expect(refusalOf(() => api.list(widgets)).code).toBe(404);
  });

  it('under a name that does not fit what it defines is refused', () => {
    const { api } = makeApi();
    const misnamed = { ...definition, metadata: { name: 'gadgets.example.com' } };
    expect(refusalOf(() => api.create(definitions, misnamed, BY_TEST))).toMatchObject({ code: 422 });
  });
});

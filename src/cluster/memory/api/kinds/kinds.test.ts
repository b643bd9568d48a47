import { describe, expect, it } from 'vitest';
import type { ApiObject } from '../../../../kubernetes/objects.ts';
import type { Json } from '../json.ts';
import {
  BY_TEST,
  at,
  configMap,
  configMaps,
  makeApi,
  namespaces,
  node,
  nodes,
  refusalOf,
} from '../testing/api.ts';
import type { ApiServer, RawObject, ResourceName } from '../types.ts';

const secrets = { group: '', plural: 'secrets' };
const leases = { group: 'coordination.k8s.io', plural: 'leases' };
const revisions = { group: 'apps', plural: 'controllerrevisions' };
const budgets = { group: 'policy', plural: 'poddisruptionbudgets' };
const events = { group: '', plural: 'events' };

function create(api: ApiServer, name: ResourceName, fields: Json): RawObject {
  const { group, version, kind } = api.resource(name);
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const object: ApiObject = { apiVersion, kind, metadata: at('x'), ...fields };
  return api.create(name, object, BY_TEST);
}

function change(api: ApiServer, name: ResourceName, body: Json): RawObject {
  return api.patch(name, at('x'), { type: 'merge', body }, BY_TEST);
}

describe('A namespace', () => {
  it('can be selected by its name, as a label that cannot be taken from it', () => {
    const { api } = makeApi();
    const label = { 'kubernetes.io/metadata.name': 'default' };
    expect(api.get(namespaces, { name: 'default' }).metadata.labels).toEqual(label);
    const patch = { type: 'merge', body: { metadata: { labels: null } } } as const;
    expect(api.patch(namespaces, { name: 'default' }, patch, BY_TEST).metadata.labels).toEqual(label);
  });
});

describe('A node', () => {
  it('is found by whether it is cordoned, though one that is not does not say so', () => {
    const { api } = makeApi();
    api.create(nodes, node('free'), BY_TEST);
    api.create(nodes, node('cordoned', { spec: { unschedulable: true } }), BY_TEST);
    const names = (fieldSelector: string): readonly string[] =>
      api.list(nodes, { fieldSelector }).map((each) => each.metadata.name);
    expect(names('spec.unschedulable=true')).toEqual(['cordoned']);
    expect(names('spec.unschedulable=false')).toEqual(['free']);
    expect(names('spec.unschedulable!=true,metadata.name=free')).toEqual(['free']);
  });

  it('keeps the status with which its kubelet registers it', () => {
    const { api } = makeApi();
    const conditions = [{ type: 'Ready', status: 'True' }];
    const registered = api.create(nodes, node('n', { status: { conditions } }), BY_TEST);
    expect(registered['status']).toMatchObject({ conditions });
  });
});

describe('A Secret', () => {
  it('keeps in base64 what it was given as text', () => {
    const { api } = makeApi();
    const made = create(api, secrets, { data: { a: 'eA==' }, stringData: { b: 'secret' } });
    expect(made).toMatchObject({ type: 'Opaque', data: { a: 'eA==', b: 'c2VjcmV0' } });
    expect(made).not.toHaveProperty('stringData');
  });
});

describe('A ConfigMap', () => {
  it('that is immutable stays as it is', () => {
    const { api } = makeApi();
    api.create(configMaps, configMap('x', { data: { a: '1' }, immutable: true }), BY_TEST);
    expect(refusalOf(() => change(api, configMaps, { data: { a: '2' } }))).toMatchObject({
      code: 422,
      details: { causes: [{ reason: 'FieldValueForbidden' }] },
    });
  });

  it('holds no more than a mebibyte', () => {
    const { api } = makeApi();
    const large = configMap('x', { data: { a: 'x'.repeat(1024 * 1024 + 1) } });
    expect(refusalOf(() => api.create(configMaps, large, BY_TEST)).details?.causes).toMatchObject([
      { reason: 'FieldValueTooLong' },
    ]);
  });
});

describe('A Lease', () => {
  it.each([
    [{ renewTime: '2026-01-01T00:00:00Z' }, 'spec.renewTime'],
    [{ acquireTime: '2026-01-01T00:00:00.123456789Z' }, 'spec.acquireTime'],
    [{ leaseDurationSeconds: 0 }, 'spec.leaseDurationSeconds'],
    [{ leaseTransitions: -1 }, 'spec.leaseTransitions'],
  ])('is refused with %j', (spec, field) => {
    const { api } = makeApi();
    const refusal = refusalOf(() => create(api, leases, { spec }));
    expect(refusal).toMatchObject({ code: 422, details: { causes: [{ field }] } });
  });

  it('is replaced only by somebody who says which version of it', () => {
    const { api } = makeApi();
    const { metadata, ...lease } = create(api, leases, { spec: {} });
    const { resourceVersion: _, ...unversioned } = metadata;
    const refusal = refusalOf(() => api.update(leases, { ...lease, metadata: unversioned }, BY_TEST));
    expect(refusal.message).toContain(
      'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    );
  });
});

describe('A ControllerRevision', () => {
  it('keeps its data for ever, as it was given, and may get another number', () => {
    const { api } = makeApi();
    const data = { spec: { template: { creationTimestamp: null, empty: [] } } };
    expect(create(api, revisions, { data, revision: 1 })['data']).toEqual(data);
    expect(change(api, revisions, { revision: 2 })['revision']).toBe(2);
    expect(refusalOf(() => change(api, revisions, { data: { other: 1 } })).code).toBe(422);
  });
});

describe('A PodDisruptionBudget', () => {
  it('begins without knowing of any pod, and says either how many must stay or how many may go', () => {
    const { api } = makeApi();
    const selector = { matchLabels: { a: 'b' } };
    expect(create(api, budgets, { spec: { minAvailable: 1, selector } })['status']).toEqual({
      currentHealthy: 0,
      desiredHealthy: 0,
      disruptionsAllowed: 0,
      expectedPods: 0,
    });
    expect(refusalOf(() => change(api, budgets, { spec: { maxUnavailable: 1 } })).message).toContain(
      'minAvailable and maxUnavailable cannot be both set',
    );
  });
});

describe('An Event', () => {
  it('is in the namespace of what it is about, and is found by that', () => {
    const { api } = makeApi();
    const involvedObject = { kind: 'Pod', name: 'p', namespace: 'default' };
    create(api, events, { involvedObject, source: { component: 'kubelet' } });
    const found = (fieldSelector: string): number => api.list(events, { fieldSelector }).length;
    expect(found('involvedObject.name=p,involvedObject.kind=Pod,source=kubelet')).toBe(1);
    expect(found('involvedObject.uid=other')).toBe(0);
    const elsewhere = { involvedObject: { ...involvedObject, namespace: 'kube-system' } };
    expect(refusalOf(() => create(api, events, elsewhere)).message).toContain(
      'does not match event.namespace',
    );
  });

  it('is forgotten an hour after it happened last', async () => {
    const { api, clock } = makeApi();
    const event = (name: string, fields: Json = {}): RawObject =>
      create(api, events, { metadata: at(name), involvedObject: { namespace: 'default' }, ...fields });
    event('once');
    event('again');
    await clock.advance(3_500_000);
    const again = { type: 'merge', body: { lastTimestamp: '2026-01-01T00:58:20Z' } } as const;
    api.patch(events, at('again'), again, BY_TEST);
    await clock.advance(200_000);
    event('new');
    expect(api.list(events).map((each) => each.metadata.name)).toEqual(['again', 'new']);
  });
});

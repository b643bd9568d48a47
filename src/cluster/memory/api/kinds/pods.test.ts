import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../json.ts';
import { BY_TEST, STATUS_BY_TEST, addPod, at, makeApi, pod, pods, refusalOf } from '../testing/api.ts';
import type { ApiServer, RawObject } from '../types.ts';

function create(spec: Readonly<Record<string, unknown>>): RawObject {
  return makeApi().api.create(pods, pod('p', spec), BY_TEST);
}

function patchSpec(api: ApiServer, spec: unknown): RawObject {
  return api.patch(pods, at('p'), { type: 'merge', body: { spec } }, BY_TEST);
}

describe('A new pod', () => {
  it('is Pending, whatever its creator says', () => {
    const { api } = makeApi();
    const running = { ...pod('p'), ...{ status: { phase: 'Running' } } };
    expect(api.create(pods, running, BY_TEST)['status']).toEqual({
      phase: 'Pending',
      qosClass: 'BestEffort',
    });
  });

  it('has what its creator left out', () => {
    expect(create({})['spec']).toMatchObject({
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      serviceAccountName: 'default',
      priority: 0,
      containers: [{ imagePullPolicy: 'IfNotPresent', resources: {} }],
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    });
  });

  it('keeps what its creator said instead', () => {
    const said = {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'system-node-critical',
    };
    expect(create(said)['spec']).toMatchObject({ ...said, priority: 2_000_001_000 });
  });

  it.each([
    ['BestEffort', { requests: {} }],
    ['Burstable', { requests: { cpu: '1' } }],
    ['Burstable', { limits: { cpu: '1' } }],
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' } }],
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }],
    ['Burstable', { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1' } }],
  ])('is %s if it asks for %j', (quality, resources) => {
    const containers = [{ name: 'main', image: 'app:1', resources }];
    expect(create({ containers })['status']).toMatchObject({ qosClass: quality });
  });

  it('is refused without containers, or with a priority that nobody defined', () => {
    expect(refusalOf(() => create({ containers: [] })).message).toContain('spec.containers: Required value');
    expect(refusalOf(() => create({ priorityClassName: 'urgent' })).message).toBe(
      'pods "p" is forbidden: no PriorityClass with name urgent was found',
    );
  });
});

describe('A pod', () => {
  it('is bound to a node once and for all', () => {
    const { api } = makeApi();
    api.create(pods, pod('p'), BY_TEST);
    expect(fieldsOf(patchSpec(api, { nodeName: 'n1' })['spec'])['nodeName']).toBe('n1');
    for (const nodeName of ['n2', null]) {
      expect(refusalOf(() => patchSpec(api, { nodeName }))).toMatchObject({
        code: 422,
        details: { causes: [{ field: 'spec', reason: 'FieldValueForbidden' }] },
      });
    }
  });

  it('can get another image or more tolerations, and little else', () => {
    const { api } = makeApi();
    api.create(pods, pod('p', { tolerations: [{ operator: 'Exists' }] }), BY_TEST);
    const container = fieldsOf(fieldsOf(api.get(pods, at('p')))['spec'])['containers'] as object[];
    patchSpec(api, { containers: [{ ...container[0], image: 'app:2' }] });
    patchSpec(api, { tolerations: [{ operator: 'Exists' }, { key: 'a', operator: 'Exists' }] });
    for (const spec of [
      { tolerations: [] },
      { containers: [{ ...container[0], command: ['sh'] }] },
      { nodeSelector: { a: 'b' } },
      { restartPolicy: null },
    ]) {
      expect(refusalOf(() => patchSpec(api, spec)).code).toBe(422);
    }
  });

  it('keeps its owners and its quality through a status that says nothing of them', () => {
    const { api } = makeApi();
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' };
    api.create(pods, pod('p', {}, { ownerReferences: [owner] }), BY_TEST);
    const { ownerReferences: _, ...metadata } = api.get(pods, at('p')).metadata;
    const told = { ...api.get(pods, at('p')), metadata, status: { phase: 'Running' } };
    const updated = api.update(pods, told, STATUS_BY_TEST);
    expect(updated.metadata.ownerReferences).toEqual([owner]);
    expect(updated['status']).toEqual({ phase: 'Running', qosClass: 'BestEffort' });
  });

  it('is found by its node and its phase', () => {
    const { api } = makeApi();
    addPod(api, 'a', { nodeName: 'n1' });
    addPod(api, 'b', { nodeName: 'n1', phase: 'Failed' });
    addPod(api, 'c', { nodeName: 'n2' });
    const names = (fieldSelector: string): readonly string[] =>
      api.list(pods, { fieldSelector }).map((each) => each.metadata.name);
    expect(names('spec.nodeName=n1')).toEqual(['a', 'b']);
    expect(names('spec.nodeName==n1,status.phase!=Failed')).toEqual(['a']);
    expect(names('spec.nodeName=')).toEqual([]);
    expect(refusalOf(() => names('spec.color=red')).message).toBe('field label not supported: spec.color');
  });
});

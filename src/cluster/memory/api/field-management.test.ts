import { describe, expect, it } from 'vitest';
import { applyConfiguration, recordUpdate, type Application, type Update } from './field-management.ts';
import { applyMergePatch } from './merge-patch.ts';
import { StatusError } from './status-error.ts';
import type { RawObject } from './types.ts';

// What is expected here, a real kube-apiserver 1.36 said after the same writes.

type By = Omit<Update, 'before' | 'after' | 'time'> & { readonly time?: string };

function created(object: RawObject, by: By): RawObject {
  return recordUpdate({ before: undefined, after: object, time: 't0', ...by });
}

function merged(before: RawObject, patch: unknown, by: By): RawObject {
  return recordUpdate({ before, after: applyMergePatch(before, patch), time: 't1', ...by });
}

/** Who owns what, by manager. */
function owners(object: RawObject): Record<string, unknown> {
  const entries = object.metadata.managedFields ?? [];
  return Object.fromEntries(
    entries.map(({ manager = '', fieldsV1 }): [string, unknown] => [manager, fieldsV1]),
  );
}

const node: RawObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { q: '1' } } };

describe('An update', () => {
  it('makes the creator the owner of all but what the API server writes', () => {
    const { metadata } = created(
      {
        ...node,
        metadata: { ...node.metadata, uid: 'u', creationTimestamp: 'c', generation: 1, resourceVersion: '1' },
      },
      { manager: 'kubectl-create' },
    );
    expect(metadata.managedFields).toEqual([
      {
        manager: 'kubectl-create',
        operation: 'Update',
        apiVersion: 'v1',
        time: 't0',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:q': {} } } },
      },
    ]);
  });

  it('makes who adds a label its owner, beside the owners of the others', () => {
    expect(
      owners(merged(created(node, { manager: 'a' }), { metadata: { labels: { x: '1' } } }, { manager: 'b' })),
    ).toEqual({
      a: { 'f:metadata': { 'f:labels': { '.': {}, 'f:q': {} } } },
      b: { 'f:metadata': { 'f:labels': { 'f:x': {} } } },
    });
  });

  it('takes a field that becomes another value from its owner', () => {
    const before = created(
      { ...node, metadata: { name: 'n', labels: { q: '1', r: '1' } } },
      { manager: 'a' },
    );
    expect(owners(merged(before, { metadata: { labels: { q: '2' } } }, { manager: 'b' }))).toEqual({
      a: { 'f:metadata': { 'f:labels': { '.': {}, 'f:r': {} } } },
      b: { 'f:metadata': { 'f:labels': { 'f:q': {} } } },
    });
  });

  it('of a cordon is the work of who cordons, and leaves no trace when it is undone', () => {
    const before = created(node, { manager: 'a' });
    const cordoned = merged(before, { spec: { unschedulable: true } }, { manager: 'kubectl-cordon' });
    expect(owners(cordoned)['kubectl-cordon']).toEqual({ 'f:spec': { 'f:unschedulable': {} } });
    const uncordoned = merged(cordoned, { spec: { unschedulable: null } }, { manager: 'somebody' });
    expect(uncordoned.metadata.managedFields).toEqual(before.metadata.managedFields);
  });

  it('that sets what is so already changes nothing', () => {
    const before = created(node, { manager: 'a' });
    const after = { ...before, metadata: { ...before.metadata, labels: { q: '1' } } };
    expect(recordUpdate({ before, after, manager: 'b', time: 't1' })).toBe(after);
  });

  it('by the owner of a field keeps the rest of what it owns, and tells when it was', () => {
    const before = merged(
      created(node, { manager: 'a' }),
      { metadata: { labels: { x: '1' } } },
      { manager: 'b' },
    );
    const after = merged(before, { metadata: { labels: { q: '2' } } }, { manager: 'a', time: 't2' });
    expect(owners(after)).toEqual(owners(before));
    expect(
      after.metadata.managedFields?.map((entry) => [entry.manager, 'time' in entry && entry.time]),
    ).toEqual([
      ['b', 't1'],
      ['a', 't2'],
    ]);
  });

  it('of the status is accounted apart', () => {
    const before = created(node, { manager: 'a' });
    const conditions = [{ type: 'Ready', status: 'True' }];
    const after = merged(before, { status: { conditions } }, { manager: 'a', subresource: 'status' });
    expect(after.metadata.managedFields).toMatchObject([
      { manager: 'a', time: 't0' },
      {
        manager: 'a',
        subresource: 'status',
        fieldsV1: {
          'f:status': {
            'f:conditions': { '.': {}, 'k:{"type":"Ready"}': { '.': {}, 'f:type': {}, 'f:status': {} } },
          },
        },
      },
    ]);
  });

  it('of one condition leaves the others to their owner', () => {
    const one = { type: 'Ready', status: 'True', reason: 'a' };
    const before = created({ ...node, status: { conditions: [one] } }, { manager: 'kubelet' });
    const conditions = [
      { ...one, status: 'False' },
      { type: 'Other', status: 'True' },
    ];
    expect(owners(merged(before, { status: { conditions } }, { manager: 'doctor' }))).toEqual({
      kubelet: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:q': {} } },
        'f:status': {
          'f:conditions': { '.': {}, 'k:{"type":"Ready"}': { '.': {}, 'f:type': {}, 'f:reason': {} } },
        },
      },
      doctor: {
        'f:status': {
          'f:conditions': {
            'k:{"type":"Ready"}': { 'f:status': {} },
            'k:{"type":"Other"}': { '.': {}, 'f:type': {}, 'f:status': {} },
          },
        },
      },
    });
  });

  it('knows the elements of sets, and lists and maps that are one value', () => {
    const before = created(node, { manager: 'a' });
    const patch = {
      metadata: { finalizers: ['x.y/z'], ownerReferences: [{ uid: 'u', kind: 'Node' }] },
      spec: { taints: [{ key: 'k' }] },
    };
    expect(owners(merged(before, patch, { manager: 'b' }))['b']).toEqual({
      'f:metadata': {
        'f:finalizers': { '.': {}, 'v:"x.y/z"': {} },
        'f:ownerReferences': { '.': {}, 'k:{"uid":"u"}': {} },
      },
      'f:spec': { 'f:taints': {} },
    });
  });

  it('that removes a map removes it from all who own something in it', () => {
    const before = merged(
      created(node, { manager: 'a' }),
      { metadata: { labels: { x: '1' } } },
      { manager: 'b' },
    );
    expect(merged(before, { metadata: { labels: null } }, { manager: 'c' }).metadata).not.toHaveProperty(
      'managedFields',
    );
  });

  it('of an object whose managed fields somebody has reset is not tracked', () => {
    const before = created(node, { manager: 'a' });
    const reset = { ...before, metadata: { ...before.metadata, managedFields: [{}] } };
    const after = recordUpdate({ before, after: reset, manager: 'a', time: 't1' });
    expect(after.metadata).not.toHaveProperty('managedFields');
    expect(merged(after, { metadata: { labels: { z: '1' } } }, { manager: 'a' }).metadata).not.toHaveProperty(
      'managedFields',
    );
  });

  it('of a workload owns what it says of a container', () => {
    const containers = [
      { name: 'c', image: 'i', ports: [{ containerPort: 80 }], env: [{ name: 'e', value: '1' }] },
    ];
    const deployment: RawObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: '1' } },
        template: { metadata: { labels: { a: '1' } }, spec: { containers } },
      },
    };
    const before = created(deployment, { manager: 'a' });
    const container = {
      '.': {},
      'f:name': {},
      'f:image': {},
      'f:ports': {
        '.': {},
        'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
      },
      'f:env': { '.': {}, 'k:{"name":"e"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
    };
    expect(owners(before)['a']).toEqual({
      'f:spec': {
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
          'f:spec': { 'f:containers': { 'k:{"name":"c"}': container } },
        },
      },
    });
  });
});

describe('Server-side apply', () => {
  type Config = {
    readonly data?: Readonly<Record<string, unknown>>;
    readonly labels?: Readonly<Record<string, string>>;
  };

  function apply(
    live: RawObject | undefined,
    manager: string,
    { data, labels }: Config,
    rest: Partial<Application> = {},
  ): RawObject {
    const config: RawObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', ...(labels === undefined ? {} : { labels }) },
      ...(data === undefined ? {} : { data }),
    };
    return applyConfiguration({ live, config, manager, force: false, time: 't0', ...rest });
  }

  function refusalOf(attempt: () => unknown): unknown {
    try {
      return attempt();
    } catch (error) {
      return error instanceof StatusError ? error.status : error;
    }
  }

  const live = apply(undefined, 'm1', { data: { x: '1', y: '1' } });

  it('creates, and owns what it names', () => {
    expect(live.metadata.managedFields).toEqual([
      {
        manager: 'm1',
        operation: 'Apply',
        apiVersion: 'v1',
        time: 't0',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:x': {}, 'f:y': {} } },
      },
    ]);
  });

  it('of what is so already changes nothing, not even the time', () => {
    expect(apply(live, 'm1', { data: { x: '1', y: '1' } }, { time: 't9' })).toBe(live);
  });

  it('of what another has applied alike makes both the owners', () => {
    const shared = apply(live, 'm2', { data: { x: '1' } }, { time: 't1' });
    expect(shared['data']).toBe(live['data']);
    expect(shared.metadata.managedFields).toMatchObject([
      { manager: 'm2', fieldsV1: { 'f:data': { 'f:x': {} } } },
      { manager: 'm1' },
    ]);
    // It has changed nothing so far.
    expect(shared.metadata.managedFields?.[0]).not.toHaveProperty('time');
  });

  it('removes what it names no longer', () => {
    const after = apply(live, 'm1', { data: { x: '1' }, labels: { q: '1' } }, { time: 't1' });
    expect(after).toMatchObject({ data: { x: '1' }, metadata: { labels: { q: '1' } } });
    expect(after['data']).not.toHaveProperty('y');
    expect(owners(after)).toEqual({
      m1: { 'f:data': { 'f:x': {} }, 'f:metadata': { 'f:labels': { 'f:q': {} } } },
    });
  });

  it('removes a map with the last of its entries, and never the name', () => {
    const after = apply(apply(live, 'm1', { labels: { q: '1' } }), 'm1', {});
    expect(after).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } });
  });

  it('leaves what it names no longer and another owns as well', () => {
    const shared = apply(live, 'm2', { data: { x: '1' } });
    const after = apply(shared, 'm1', {}, { time: 't1' });
    expect(after['data']).toEqual({ x: '1' });
    expect(owners(after)).toEqual({ m2: { 'f:data': { 'f:x': {} } } });
  });

  it('leaves a map that another has made, and that is empty now, to the other', () => {
    const map: RawObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { x: '1' } };
    const made = created(map, { manager: 'person' });
    const taken = apply(made, 'm1', { data: { x: '2' } }, { force: true });
    const after = apply(taken, 'm1', {});
    expect(after['data']).toEqual({});
    expect(owners(after)).toEqual({ person: { 'f:data': {} } });
  });

  it('leaves what an update has written meanwhile', () => {
    const updated = merged(live, { data: { y: '2', z: '2' } }, { manager: 'person' });
    const after = apply(updated, 'm1', { data: { x: '1' } });
    expect(after['data']).toEqual({ x: '1', y: '2', z: '2' });
    expect(after).toBe(updated);
    expect(owners(after)).toEqual({
      m1: { 'f:data': { 'f:x': {} } },
      person: { 'f:data': { 'f:y': {}, 'f:z': {} } },
    });
  });

  it('is refused to change what another owns, and says what and who', () => {
    const refusal = refusalOf(() => apply(live, 'm3', { data: { x: '2' } }));
    expect(refusal).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "m1": .data.x',
      details: {
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.x' }],
      },
    });
  });

  it('names all conflicts', () => {
    const shared = apply(live, 'm2', { data: { x: '1' } });
    const refusal = refusalOf(() => apply(shared, 'm3', { data: { x: '2', y: '2' } }));
    expect(refusal).toMatchObject({
      message:
        'Apply failed with 3 conflicts: conflicts with "m1":\n- .data.x\n- .data.y\nconflicts with "m2":\n- .data.x',
    });
  });

  it('is in conflict with an update, even by the same manager', () => {
    const updated = merged(live, { data: { x: '3' } }, { manager: 'm3' });
    expect(() => apply(updated, 'm3', { data: { x: '4' } })).toThrow('conflict with "m3" using v1: .data.x');
  });

  it('takes what another owns by force', () => {
    const after = apply(live, 'm3', { data: { x: '2' } }, { force: true, time: 't1' });
    expect(after['data']).toEqual({ x: '2', y: '1' });
    expect(owners(after)).toEqual({ m1: { 'f:data': { 'f:y': {} } }, m3: { 'f:data': { 'f:x': {} } } });
    // The other has no say in it any more.
    expect(apply(after, 'm1', {}, { time: 't2' })['data']).toEqual({ x: '2' });
  });

  it('makes somebody the owner of an object that nobody was known to own', () => {
    const bare: RawObject = { ...node, spec: { taints: [] }, status: { phase: 'x' } };
    const after = applyConfiguration({
      live: bare,
      config: { ...node, metadata: { name: 'n', labels: { b: '2' } } },
      manager: 'z',
      force: false,
      time: 't1',
    });
    expect(owners(after)).toEqual({
      'before-first-apply': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:q': {} } },
        'f:spec': { 'f:taints': {} },
      },
      z: { 'f:metadata': { 'f:labels': { 'f:b': {} } } },
    });
  });

  it('writes the status or the rest, as it is asked to', () => {
    const config = {
      ...node,
      metadata: { name: 'n' },
      spec: { unschedulable: true },
      status: { phase: 'x' },
    };
    const both = { live: node, config, manager: 'z', force: true, time: 't1' };
    expect(applyConfiguration({ ...both, subresource: 'status' })).toMatchObject({ status: { phase: 'x' } });
    expect(applyConfiguration({ ...both, subresource: 'status' })).not.toHaveProperty('spec');
    expect(applyConfiguration(both)).toMatchObject({ spec: { unschedulable: true } });
    expect(applyConfiguration(both)).not.toHaveProperty('status');
  });

  it('is refused a configuration that has managed fields', () => {
    const config = { ...node, metadata: { name: 'n', managedFields: [{}] } };
    const refusal = refusalOf(() =>
      applyConfiguration({ live: node, config, manager: 'z', force: true, time: 't1' }),
    );
    expect(refusal).toMatchObject({ code: 400, message: 'metadata.managedFields must be nil' });
  });
});

describe('Server-side apply of a list by key', () => {
  function deployment(containers: readonly unknown[]): RawObject {
    const metadata = { name: 'o' };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { template: { spec: { containers } } },
    };
  }

  function apply(
    live: RawObject | undefined,
    manager: string,
    containers: readonly unknown[],
    force = false,
  ): RawObject {
    return applyConfiguration({ live, config: deployment(containers), manager, force, time: 't0' });
  }

  const named = (all: string): readonly unknown[] => Array.from(all, (name) => ({ name, image: 'i' }));

  function names(object: RawObject): string {
    const spec = object['spec'] as { template: { spec: { containers: readonly { name: string }[] } } };
    return spec.template.spec.containers.map(({ name }) => name).join('');
  }

  it('merges the orders, and removes what nobody wants any more', () => {
    const first = apply(undefined, 'm1', named('abc'));
    const second = apply(first, 'm2', named('cxa'));
    expect(names(second)).toBe('bcxa');
    const third = apply(second, 'm3', named('yb'));
    expect(names(third)).toBe('ybcxa');
    const fourth = apply(third, 'm4', named('zcy'));
    expect(names(fourth)).toBe('bzcxay');
    expect(names(apply(fourth, 'm2', named('c')))).toBe('bzcay');
  });

  it('says of which element which field is in conflict', () => {
    const live = apply(undefined, 'm1', [{ name: 'a', env: [{ name: 'e', value: '1' }] }]);
    expect(() => apply(live, 'm2', [{ name: 'a', env: [{ name: 'e', value: '2' }] }])).toThrow(
      'conflict with "m1": .spec.template.spec.containers[name="a"].env[name="e"].value',
    );
  });

  it('removes an element that it alone owns, with all that others own in it', () => {
    const live = apply(undefined, 'm1', [{ name: 'a', image: 'i' }, { name: 'b' }]);
    const spec = {
      template: { spec: { containers: [{ name: 'a', image: 'i', args: ['x'] }, { name: 'b' }] } },
    };
    const updated = merged(live, { spec }, { manager: 'person' });
    expect(names(apply(updated, 'm1', [{ name: 'b' }]))).toBe('b');
  });

  it('shares an element with others, field by field', () => {
    const live = apply(apply(undefined, 'm1', [{ name: 'a', image: 'i' }]), 'm2', [
      { name: 'a', args: ['x'] },
    ]);
    expect(live['spec']).toEqual({
      template: { spec: { containers: [{ name: 'a', image: 'i', args: ['x'] }] } },
    });
    const after = apply(live, 'm2', []);
    expect(after['spec']).toEqual({ template: { spec: { containers: [{ name: 'a', image: 'i' }] } } });
  });
});

import { describe, expect, it } from 'vitest';
import { REASON_ANNOTATION, STATE_LABEL } from '../../contract/keys.ts';
import type { ManagedFieldsEntry } from '../../kubernetes/objects.ts';
import { aRawNode } from '../testing/builders.ts';
import type { RawObject } from '../../cluster/memory/api/types.ts';
import { nodes } from './nodes.ts';

/** What the API server sends, word for word. */
const parsed = (json: string): RawObject => JSON.parse(json) as RawObject;

describe('A node as it is kept', () => {
  it('has the contract’s keys, and none of the others', () => {
    const node = nodes.trim(
      aRawNode({
        state: 'upgrade-done',
        labels: { 'topology.kubernetes.io/region': 'a' },
        annotations: { [REASON_ANNOTATION]: 'x', 'kubectl.kubernetes.io/last-applied': '{}' },
      }),
    );
    expect(node.labels[STATE_LABEL]).toBe('upgrade-done');
    expect(Object.keys(node.labels)).not.toContain('topology.kubernetes.io/region');
    expect(node.annotations).toEqual({ [REASON_ANNOTATION]: 'x' });
  });

  it('is Ready, schedulable and staying unless it says otherwise', () => {
    expect(nodes.trim(aRawNode())).toMatchObject({
      name: 'node-1',
      uid: 'uid-of-node-1',
      unschedulable: false,
      cordonedByPerson: false,
      cordonedByOperator: false,
      notReadySince: undefined,
      deleting: false,
    });
  });

  it('is deleting once it has a time of deletion', () => {
    const raw = aRawNode();
    const metadata = { ...raw.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(nodes.trim({ ...raw, metadata }).deleting).toBe(true);
  });

  it('knows whether the object has its maps at all', () => {
    expect(nodes.trim(aRawNode())).toMatchObject({ hasLabels: true, hasAnnotations: true });
    const bare = nodes.trim(aRawNode({ bare: true }));
    expect(bare).toMatchObject({ hasLabels: false, hasAnnotations: false, labels: {}, annotations: {} });
  });

  it('can be made of an object of which nearly everything is missing', () => {
    const node = nodes.trim(parsed('{"apiVersion":"v1","kind":"Node","metadata":{"name":"new"}}'));
    expect(node).toEqual({
      name: 'new',
      uid: '',
      resourceVersion: '',
      labels: {},
      annotations: {},
      hasLabels: false,
      hasAnnotations: false,
      unschedulable: false,
      cordonedByPerson: false,
      cordonedByOperator: false,
      notReadySince: 0,
      deleting: false,
    });
  });

  it('is not confused by keys that mean something to JavaScript', () => {
    const node = nodes.trim(
      parsed(
        `{"apiVersion":"v1","kind":"Node","metadata":{"name":"n","labels":{"__proto__":{"${STATE_LABEL}":"upgrade-done"},"constructor":"x"}}}`,
      ),
    );
    expect(node.labels[STATE_LABEL]).toBeUndefined();
    expect(Object.getPrototypeOf(node.labels)).toBe(Object.prototype);
    expect(Object.keys(node.labels)).toEqual([]);
  });
});

describe('Since when a node is not Ready', () => {
  const since = (conditions: unknown, creationTimestamp?: string): number | undefined => {
    const raw = aRawNode();
    const metadata = creationTimestamp === undefined ? raw.metadata : { ...raw.metadata, creationTimestamp };
    return nodes.trim({ ...raw, metadata, ...{ status: { conditions } } }).notReadySince;
  };
  const transition = '2026-01-01T12:00:00Z';

  it.each(['False', 'Unknown'])('is since its condition became %s', (status) => {
    const conditions = [
      { type: 'MemoryPressure', status: 'False', lastTransitionTime: '2020-01-01T00:00:00Z' },
      { type: 'Ready', status, lastTransitionTime: transition },
    ];
    expect(since(conditions)).toBe(Date.parse(transition));
  });

  it('is not said of a node that is Ready', () => {
    expect(since([{ type: 'Ready', status: 'True', lastTransitionTime: transition }])).toBeUndefined();
  });

  it('is since its beginning where it has not reported yet', () => {
    expect(since([], transition)).toBe(Date.parse(transition));
  });

  it('is since ever where no time is to be had', () => {
    expect(since([{ type: 'Ready', status: 'False', lastTransitionTime: 'yesterday' }])).toBe(0);
  });
});

describe('A cordon', () => {
  const unschedulable = { 'f:spec': { 'f:unschedulable': {} } };
  const cordoned = (...managedFields: readonly ManagedFieldsEntry[]): boolean => {
    const raw = aRawNode({ cordoned: true });
    return nodes.trim({ ...raw, metadata: { ...raw.metadata, managedFields } }).cordonedByPerson;
  };

  it.each(['kubectl', 'kubectl-cordon', 'kubectl-edit', 'kubectl-patch', 'kubectl-client-side-apply'])(
    'is a person’s if %s has set it',
    (manager) => {
      expect(cordoned({ manager, operation: 'Update', fieldsV1: unschedulable })).toBe(true);
    },
  );

  it.each(['ofed-operator', 'kube-controller-manager', 'kubectlish', 'my-kubectl'])(
    'is not known to be a person’s if %s has set it',
    (manager) => {
      expect(cordoned({ manager, operation: 'Update', fieldsV1: unschedulable })).toBe(false);
    },
  );

  it('is not a person’s who only set something else', () => {
    expect(cordoned({ manager: 'kubectl-label', fieldsV1: { 'f:metadata': { 'f:labels': {} } } })).toBe(
      false,
    );
    expect(cordoned({ manager: 'kubectl-taint', fieldsV1: { 'f:spec': { 'f:taints': {} } } })).toBe(false);
  });

  it('is found among all who have written to the node', () => {
    expect(
      cordoned(
        { manager: 'kubelet', fieldsV1: { 'f:status': {} } },
        { manager: 'kubectl-cordon', fieldsV1: unschedulable },
      ),
    ).toBe(true);
  });

  it('is nobody’s where the record says nothing, or nothing that can be read', () => {
    expect(cordoned()).toBe(false);
    expect(cordoned({ manager: 'kubectl-cordon' })).toBe(false);
    expect(cordoned({ fieldsV1: unschedulable })).toBe(false);
    expect(cordoned({ manager: 'kubectl-cordon', fieldsV1: { 'f:spec': 'garbled' } })).toBe(false);
    expect(cordoned({ manager: 'kubectl-cordon', fieldsV1: { 'f:spec': null } })).toBe(false);
  });

  it('is the operator’s own if it has set it', () => {
    const raw = aRawNode({ cordoned: true });
    const by = (manager: string): boolean => {
      const managedFields = [{ manager, fieldsV1: unschedulable }];
      return nodes.trim({ ...raw, metadata: { ...raw.metadata, managedFields } }).cordonedByOperator;
    };
    expect(['ofed-operator', 'ofed-operator-2', 'kubectl-cordon', 'manager'].filter(by)).toEqual([
      'ofed-operator',
    ]);
  });

  it('is not there on a node that is schedulable, whatever the record says', () => {
    const raw = aRawNode();
    const managedFields = [{ manager: 'kubectl-cordon', fieldsV1: unschedulable }];
    expect(nodes.trim({ ...raw, metadata: { ...raw.metadata, managedFields } }).cordonedByPerson).toBe(false);
  });
});

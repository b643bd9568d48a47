import { describe, expect, it } from 'vitest';
import { aRawDaemonSet, aRawPolicy, aRawRevision } from '../testing/builders.ts';
import type { RawObject } from '../../cluster/memory/api/types.ts';
import { controllerRevisions, daemonSets } from './daemonsets.ts';
import { configMaps, policies } from './objects.ts';

const bare = (kind: string): RawObject => ({ apiVersion: 'v1', kind, metadata: { name: 'x' } });

describe('A DaemonSet as it is kept', () => {
  it('is whole, so that it can be compared, but for the record of who wrote what', () => {
    const raw = aRawDaemonSet();
    const written = { ...raw, metadata: { ...raw.metadata, managedFields: [{ manager: 'kubectl' }] } };
    expect(daemonSets.trim(written).object).toEqual(raw);
  });

  it('knows what its controller has counted and taken in', () => {
    const raw = aRawDaemonSet({ generation: 3, observedGeneration: 2, desired: 17 });
    expect(daemonSets.trim(raw)).toMatchObject({ generation: 3, observedGeneration: 2, desired: 17 });
  });

  it('has not been seen by its controller at first', () => {
    const made = daemonSets.trim(bare('DaemonSet'));
    expect(made).toMatchObject({ generation: 0, desired: 0, nodeSelector: {} });
    expect(made.observedGeneration).toBeLessThan(made.generation);
  });
});

describe('A ControllerRevision as it is kept', () => {
  it('is its number, its hash and its owners', () => {
    expect(controllerRevisions.trim(aRawRevision('ds-1', 12, 'aaa'))).toMatchObject({
      revision: 12,
      hash: 'aaa',
      owners: ['ds-1'],
    });
  });

  it('may have none of them', () => {
    expect(controllerRevisions.trim(bare('ControllerRevision'))).toMatchObject({
      revision: 0,
      hash: undefined,
      owners: [],
    });
  });
});

describe('A policy as it is kept', () => {
  it('is whole, with what other operators keep in it', () => {
    const raw: RawObject = { ...aRawPolicy(), spec: { sriovDevicePlugin: { image: 'x' } } };
    expect(policies.trim(raw).object).toEqual(raw);
    expect(policies.namespaced).toBe(false);
  });
});

describe('A ConfigMap as it is kept', () => {
  it('is known by its namespace, too', () => {
    const raw = { ...bare('ConfigMap'), metadata: { name: 'x', namespace: 'ns' } };
    expect(configMaps.trim(raw)).toMatchObject({ name: 'x', namespace: 'ns' });
  });
});

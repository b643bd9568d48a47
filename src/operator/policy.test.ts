import { beforeEach, describe, expect, it } from 'vitest';
import { ActivePolicy } from './policy.ts';
import type { StoredObject } from './resources/objects.ts';
import { aRawPolicy, aStoredPolicy } from './testing/builders.ts';
import { policies } from './resources/objects.ts';

let objects: StoredObject[];
let active: ActivePolicy;

beforeEach(() => {
  objects = [];
  active = new ActivePolicy((name) => objects.find((object) => object.name === name));
});

const upgrading = { upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: 3 } };
const unusable = { upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: -1 } };

function deleting(): StoredObject {
  const raw = aRawPolicy({ driver: upgrading });
  return policies.trim({ ...raw, metadata: { ...raw.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
}

describe('The mode', () => {
  it('is off, with no driver wanted, where there is no policy', () => {
    expect(active.mode).toEqual({ kind: 'off', driverWanted: false });
    expect(active.policy).toBeUndefined();
    expect(active.invalid).toBeUndefined();
  });

  it('is off, with no driver wanted, where there is only a policy of another name', () => {
    objects = [aStoredPolicy({ name: 'mine', driver: upgrading })];
    expect(active.mode).toEqual({ kind: 'off', driverWanted: false });
  });

  it('is on where upgrades are automatic', () => {
    objects = [aStoredPolicy({ driver: upgrading })];
    expect(active.mode).toMatchObject({ kind: 'on', policy: { maxParallelUpgrades: 3 } });
  });

  it('is off, with a driver wanted, where they are not', () => {
    objects = [aStoredPolicy()];
    expect(active.mode).toEqual({ kind: 'off', driverWanted: true });
  });

  it('is off, with no driver wanted, where the policy has none', () => {
    objects = [aStoredPolicy({ driver: null })];
    expect(active.mode).toEqual({ kind: 'off', driverWanted: false });
  });

  it('is to hold still where the policy cannot be used, and says why', () => {
    objects = [aStoredPolicy({ driver: unusable })];
    expect(active.mode).toEqual({ kind: 'hold' });
    expect(active.policy).toBeUndefined();
    expect(active.invalid).toContain('maxParallelUpgrades');
  });

  it('is off where the policy is being deleted', () => {
    objects = [deleting()];
    expect(active.mode).toEqual({ kind: 'off', driverWanted: false });
    expect(active.policy).toBeUndefined();
    expect(active.object).toBeDefined();
  });
});

describe('A policy', () => {
  it('is read anew when it is changed', () => {
    objects = [aStoredPolicy({ generation: 1, driver: unusable })];
    expect(active.mode.kind).toBe('hold');
    objects = [aStoredPolicy({ generation: 2, driver: upgrading })];
    expect(active.mode.kind).toBe('on');
  });

  it('is not read anew when only its status is written', () => {
    objects = [aStoredPolicy({ driver: upgrading })];
    const before = active.policy;
    objects = [aStoredPolicy({ driver: upgrading, status: { state: 'ready' } })];
    expect(active.policy).toBe(before);
  });

  it('is read anew when it was deleted and made again', () => {
    objects = [aStoredPolicy({ uid: 'first', driver: upgrading })];
    expect(active.mode.kind).toBe('on');
    objects = [];
    expect(active.mode.kind).toBe('off');
    objects = [aStoredPolicy({ uid: 'second' })];
    expect(active.mode).toEqual({ kind: 'off', driverWanted: true });
    expect(active.policy?.uid).toBe('second');
  });
});

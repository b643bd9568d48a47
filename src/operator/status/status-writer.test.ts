import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, type ApiErrorCode } from '../../cluster/errors.ts';
import type { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import type { PolicyStatus } from '../../contract/status.ts';
import { policies, type StoredObject } from '../resources/objects.ts';
import { aRawPolicy } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { RecordedLog, RecordedEvents } from '../testing/recorders.ts';
import { statusOf, StatusWriter } from './status-writer.ts';

let clock: VirtualClock;
let cluster: TestCluster;
let wire: RecordingCluster;
let log: RecordedLog;
let stop: AbortController;
/** As the informer has them. */
let known: Map<string, StoredObject>;
let wanted: Record<string, PolicyStatus>;
let writer: StatusWriter;

beforeEach(() => {
  cluster = new TestCluster();
  wire = cluster.wire;
  clock = cluster.clock;
  log = new RecordedLog();
  stop = new AbortController();
  known = new Map();
  wanted = {};
  writer = new StatusWriter({
    cluster: wire,
    clock,
    log,
    signal: stop.signal,
    policies: { observe: (policy) => known.set(policy.name, policy) },
    events: new RecordedEvents(),
    compute: () =>
      [...known.values()].map((policy) => ({ policy, status: wanted[policy.name] ?? { state: 'notReady' } })),
  });
  exists('nic-cluster-policy');
});

function exists(name: string): void {
  known.set(name, policies.trim(cluster.create(policies, aRawPolicy({ name }))));
}

/** The status should be another from now on. */
function change(reason: string, name = 'nic-cluster-policy'): void {
  wanted[name] = { state: 'notReady', reason };
  writer.touch();
}

const written = (name = 'nic-cluster-policy'): string | undefined =>
  statusOf(policies.trim(cluster.api.get(policies, { name })))?.reason;
const refuse = (code: ApiErrorCode): void => {
  wire.before = () => Promise.reject(new ApiError(code, code));
};

describe('The status', () => {
  it('is written to the status alone, and only to this very policy', async () => {
    change('one');
    await clock.advance(1000);
    expect(wire.calls).toMatchObject([
      {
        verb: 'patch',
        resource: 'nicclusterpolicies/status',
        name: 'nic-cluster-policy',
        operations: [
          { op: 'test', path: '/metadata/uid', value: known.get('nic-cluster-policy')?.uid },
          { op: 'add', path: '/status', value: { state: 'notReady', reason: 'one' } },
        ],
      },
    ]);
    expect(written()).toBe('one');
  });

  it('is not written as long as it is what it was', async () => {
    change('one');
    await clock.advance(2000);
    writer.touch();
    await clock.advance(60_000);
    expect(wire.calls).toHaveLength(1);
  });

  it('is written at most once a second, however fast things change, and ends up as they are', async () => {
    for (let i = 0; i < 100; i += 1) {
      change(`change ${i}`);
      await clock.advance(100);
    }
    await clock.advance(2000);
    expect(wire.calls.length).toBeLessThanOrEqual(11);
    expect(wire.calls.length).toBeGreaterThan(5);
    expect(written()).toBe('change 99');
  });

  it('is written soon after the first change, but not out of the middle of the news', async () => {
    change('first part');
    await clock.advance(10);
    change('all of it');
    await clock.advance(990);
    expect(wire.calls).toHaveLength(1);
    expect(written()).toBe('all of it');
  });

  it('asks nothing and sets no timer when nothing changes', async () => {
    change('one');
    await clock.advance(5000);
    expect(clock.pending).toEqual([]);
  });

  it('is each policy’s own, and written only where it differs', async () => {
    exists('other');
    change('one');
    change('ignored', 'other');
    await clock.advance(2000);
    change('two');
    await clock.advance(2000);
    expect(wire.calls.map(({ name }) => name)).toEqual(['nic-cluster-policy', 'other', 'nic-cluster-policy']);
  });
});

describe('A status that cannot be written', () => {
  it.each(['server', 'timeout', 'conflict', 'forbidden', 'precondition-failed'] as const)(
    'is written a second later: %s',
    async (code) => {
      refuse(code);
      change('one');
      await clock.advance(500);
      expect(log.messages('warn')).toEqual(['status could not be written']);
      wire.before = () => undefined;
      await clock.advance(1000);
      expect(written()).toBe('one');
    },
  );

  it('is of no interest where the policy is gone', async () => {
    cluster.remove(policies, { name: 'nic-cluster-policy' });
    change('one');
    await clock.advance(60_000);
    expect(wire.calls).toHaveLength(1);
    expect(log.lines).toEqual([]);
  });

  it('keeps no other policy from having its own', async () => {
    exists('other');
    wire.before = ({ name }) =>
      name === 'other' ? undefined : Promise.reject(new ApiError('invalid', 'not by the schema'));
    change('one');
    change('ignored', 'other');
    await clock.advance(1000);
    expect(written('other')).toBe('ignored');
  });
});

describe('Once the operator has ended', () => {
  it('nothing is written any more', async () => {
    change('one');
    await clock.advance(100);
    change('two');
    stop.abort();
    change('three');
    await clock.advance(60_000);
    expect(written()).toBe('one');
    expect(clock.pending).toEqual([]);
  });
});

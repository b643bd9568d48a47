import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { settled, type VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { RESERVED_ANNOTATION } from '../../contract/keys.ts';
import { leases, type StoredLease } from '../resources/leases.ts';
import { NAMESPACE } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { RecordedLog } from '../testing/recorders.ts';
import { microTime, newLease } from './lease-writes.ts';
import { parseReservation } from './reservation.ts';
import { Term } from './term.ts';

let clock: VirtualClock;
let cluster: TestCluster;
let wire: RecordingCluster;
let term: Term;
let starting: readonly string[];
let upcoming: readonly string[];
let renewals: number;

/** Takes the Lease from somebody who had these nodes reserved. */
async function take(reserved?: string): Promise<void> {
  const acquireTime = microTime(clock.now());
  const record = { holder: 'a', renewed: clock.now(), acquireTime, transitions: 3, reserved };
  const lease = await wire.create(leases, newLease(NAMESPACE, record));
  term = new Term(
    { cluster: wire, clock, log: new RecordedLog(), identity: 'a' },
    { lease, sentAt: clock.monotonic(), inherited: parseReservation(reserved) },
  );
  wire.calls.length = 0;
}

function serve(): void {
  term.serve({
    starting: () => starting,
    upcoming: () => upcoming,
    renewed: () => {
      renewals += 1;
    },
  });
}

const lease = (): StoredLease => leases.trim(cluster.api.list(leases)[0]!);
const failRenewals = (): void => {
  wire.before = () => Promise.reject(new ApiError('server', 'not now'));
};

beforeEach(() => {
  cluster = new TestCluster();
  wire = cluster.wire;
  clock = cluster.clock;
  starting = [];
  upcoming = [];
  renewals = 0;
});

describe('What the last leader had reserved', () => {
  it('stays on record until the work has begun', async () => {
    await take('["n1"]');
    await clock.advance(10_000);
    expect(lease().reserved).toBe('["n1"]');
    serve();
    await clock.advance(2000);
    expect(lease().reserved).toBeUndefined();
  });

  it('stays on record when the lead is handed over before', async () => {
    await take('["n1"]');
    await term.release();
    expect(lease()).toMatchObject({ holder: undefined, reserved: '["n1"]' });
  });
});

describe('A node', () => {
  it('is reserved once that is on record, and no sooner', async () => {
    await take();
    serve();
    upcoming = ['n1'];
    let answer: () => void = () => undefined;
    wire.after = () => new Promise((resolve) => (answer = resolve));
    term.renew();
    await settled();
    expect(lease().reserved).toBe('["n1"]');
    expect(term.isReserved('n1')).toBe(false);
    answer();
    await settled();
    expect(term.isReserved('n1')).toBe(true);
  });

  it('is reserved no more from the moment that it is being taken off the record', async () => {
    await take();
    serve();
    upcoming = ['n1'];
    await clock.advance(2000);
    upcoming = [];
    failRenewals();
    await clock.advance(2000);
    // Nobody knows whether that write was done.
    expect(term.isReserved('n1')).toBe(false);
  });

  it('stays on record while it is being started, also when the lead is handed over', async () => {
    await take();
    serve();
    starting = ['n1'];
    upcoming = ['n2'];
    await clock.advance(2000);
    expect(lease().reserved).toBe('["n1","n2"]');
    await term.release();
    expect(lease().reserved).toBe('["n1"]');
  });
});

describe('A version', () => {
  it('is proven by a renewal that was sent after it was seen', async () => {
    await take();
    serve();
    expect(term.isProven('nodes', '5000')).toBe(false);
    failRenewals();
    await clock.advance(3000);
    expect(term.isProven('nodes', '5000')).toBe(false);
    wire.before = () => undefined;
    await clock.advance(1000);
    expect(term.isProven('nodes', '5000')).toBe(true);
    expect(term.isProven('nodes', '5001')).toBe(false);
  });
});

describe('A renewal that is asked for', () => {
  it('is made at once, and once for all who ask meanwhile', async () => {
    await take();
    serve();
    term.renew();
    term.renew();
    term.renew();
    await settled();
    expect(renewals).toBe(2);
    expect(wire.calls.map(({ verb }) => verb)).toEqual(['patch', 'patch']);
  });

  it('puts off the next one that comes by itself', async () => {
    await take();
    serve();
    await clock.advance(1500);
    term.renew();
    await clock.advance(1999);
    expect(renewals).toBe(1);
    await clock.advance(1);
    expect(renewals).toBe(2);
  });

  it('is not made by one that leads no more', async () => {
    await take();
    serve();
    await term.release();
    wire.calls.length = 0;
    term.renew();
    await clock.advance(60_000);
    expect(wire.calls).toEqual([]);
    expect(renewals).toBe(0);
  });
});

describe('What is on record', () => {
  it('is written only where it changes', async () => {
    await take('["n1"]');
    serve();
    upcoming = ['n1'];
    await clock.advance(4000);
    const paths = wire.calls.map(({ operations = [] }) => operations.map(({ path }) => path));
    expect(paths).toEqual(Array(2).fill(['/metadata/resourceVersion', '/spec']));
  });

  it('may have been garbled by hand: then any node may be being started', async () => {
    await take('oh no');
    expect(term.inherited.has('n7')).toBe(true);
    serve();
    upcoming = ['n1'];
    await clock.advance(2000);
    expect(cluster.api.list(leases)[0]!.metadata.annotations).toEqual({ [RESERVED_ANNOTATION]: '["n1"]' });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { settled, type VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { LEASE_NAME, RESERVED_ANNOTATION } from '../../contract/keys.ts';
import { leases, type StoredLease } from '../resources/leases.ts';
import { NAMESPACE } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { RecordedLog } from '../testing/recorders.ts';
import { Standby } from './standby.ts';
import type { Term } from './term.ts';
import { TestProcess } from './testing/test-process.ts';

const REF = { name: LEASE_NAME, namespace: NAMESPACE };
/** What people are promised, in milliseconds. */
const PROMISED = 15_000;

let clock: VirtualClock;
let cluster: TestCluster;
let wire: RecordingCluster;

beforeEach(() => {
  cluster = new TestCluster();
  wire = cluster.wire;
  clock = cluster.clock;
});

/** A process that stands by until it leads, and then only leads. */
class Contender {
  readonly process: TestProcess;
  readonly log = new RecordedLog();
  readonly told = new AbortController();
  term: Term | undefined;
  /** When it last began to lead, on the true clock. */
  since = 0;

  constructor(readonly identity: string) {
    this.process = new TestProcess(clock, wire);
    void this.#run();
  }

  get leads(): boolean {
    return this.term?.isHeld() === true;
  }

  async #run(): Promise<void> {
    const { log, identity } = this;
    const { signal } = this.told;
    const { clock: own, cluster: wire } = this.process;
    const options = { cluster: wire, clock: own, log, identity, namespace: NAMESPACE };
    while (!signal.aborted) {
      const term = await new Standby({ ...options, random: () => 0 }).lead(signal);
      if (term === undefined) return;
      this.term = term;
      this.since = clock.monotonic();
      await new Promise((resolve) => {
        term.signal.addEventListener('abort', resolve);
        signal.addEventListener('abort', resolve);
      });
      await term.release();
    }
  }
}

async function contender(identity: string): Promise<Contender> {
  const made = new Contender(identity);
  await settled();
  return made;
}

/** Two processes of which the first leads. */
async function two(): Promise<readonly [Contender, Contender]> {
  return [await contender('a'), await contender('b')];
}

const raw = () => cluster.api.find(leases, REF);
const lease = (): StoredLease => leases.trim(raw()!);
const asked = (verb: string): number => wire.calls.filter((request) => request.verb === verb).length;

async function until(happened: () => boolean, most = 60_000): Promise<number> {
  const began = clock.monotonic();
  while (!happened() && clock.monotonic() - began < most) await clock.advance(50);
  return clock.monotonic() - began;
}

describe('The first', () => {
  it('leads at once, and the Lease says so as the API server wants it said', async () => {
    const a = await contender('a');
    expect(a.leads).toBe(true);
    expect(raw()!['spec']).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 12,
      acquireTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
      renewTime: expect.stringMatching(/\.\d{6}Z$/) as string,
      leaseTransitions: 0,
    });
  });

  it('reckons with everything where there is no record of who led before', async () => {
    const a = await contender('a');
    expect(a.term!.inherited.has('any-node')).toBe(true);
    expect(raw()!.metadata.annotations).toEqual({ [RESERVED_ANNOTATION]: '["*"]' });
  });

  it('asks for nothing but the renewal of its Lease, every two seconds', async () => {
    await contender('a');
    wire.calls.length = 0;
    await clock.advance(60_000);
    expect(asked('patch')).toBe(30);
    expect(wire.calls).toHaveLength(30);
    expect(wire.watches).toEqual([]);
  });
});

describe('The second', () => {
  it('stands by, says for whom, and asks for nothing but to be told', async () => {
    const [a, b] = await two();
    wire.calls.length = 0;
    await clock.advance(3_600_000);
    expect([a.leads, b.leads]).toEqual([true, false]);
    expect(b.log.lines).toMatchObject([{ message: 'standing by', fields: { leader: 'a' } }]);
    expect(wire.calls.length).toBe(asked('patch'));
    expect(wire.watches).toHaveLength(1);
  });

  it('leads at once when the first is told to end', async () => {
    const [a, b] = await two();
    await clock.advance(1234);
    a.told.abort();
    await settled();
    expect([a.leads, b.leads]).toEqual([false, true]);
    expect(lease()).toMatchObject({ holder: 'b', transitions: 1 });
  });

  it.each([0, 1, 999, 1999])('leads within 15 s when the first dies %i ms after a renewal', async (phase) => {
    const [a, b] = await two();
    await clock.advance(10_000 + phase);
    a.process.kill();
    expect(await until(() => b.leads)).toBeLessThan(PROMISED - 1000);
  });

  it('leads in time, too, where its watch has fallen silent and says nothing of it', async () => {
    const a = await contender('a');
    wire.before = ({ verb }) => (verb === 'watch' ? new Promise(() => undefined) : undefined);
    const b = await contender('b');
    await clock.advance(10_000);
    a.process.kill();
    // It may have looked last right before the last renewal.
    expect(await until(() => b.leads)).toBeLessThan(PROMISED);
  });

  it('leads never as long as the first renews, whatever the clocks on the wall say', async () => {
    const [a, b] = await two();
    for (const skew of [3_600_000, -7_200_000, 86_400_000]) {
      a.process.skew = skew;
      b.process.skew = -skew;
      await clock.advance(60_000);
      expect([a.leads, b.leads]).toEqual([true, false]);
    }
  });

  it('waits no longer for one whose Lease claims to be valid for a year', async () => {
    const a = await contender('a');
    a.process.kill();
    cluster.change(leases, REF, { spec: { leaseDurationSeconds: 31_536_000 } });
    const b = await contender('b');
    expect(await until(() => b.leads)).toBeLessThan(PROMISED);
  });

  it('and the third: one of them leads, and the other stands by', async () => {
    const [a, b] = await two();
    const c = await contender('c');
    a.process.kill();
    await until(() => b.leads || c.leads);
    await clock.advance(30_000);
    expect([b.leads, c.leads].filter(Boolean)).toHaveLength(1);
    expect(lease().transitions).toBe(1);
  });
});

describe('One that is restarted under the same name', () => {
  it('need not wait for its own Lease to run out', async () => {
    const a = await contender('a');
    a.process.kill();
    const again = await contender('a');
    expect(again.leads).toBe(true);
    expect(lease()).toMatchObject({ holder: 'a', transitions: 1 });
  });

  it('bears another mark', async () => {
    const a = await contender('a');
    const stamp = a.term!.stamp();
    a.process.kill();
    const again = await contender('a');
    expect(a.term!.isOwn(stamp)).toBe(true);
    expect(again.term!.isOwn(stamp)).toBe(false);
    expect(again.term!.isOwn(undefined)).toBe(false);
  });
});

describe('A leader', () => {
  const refuseRenewals = (error: ApiError): void => {
    wire.before = ({ verb, resource }) =>
      verb === 'patch' && resource === 'leases' ? Promise.reject(error) : undefined;
  };

  it('that cannot renew gives up before anybody else can lead', async () => {
    const [a, b] = await two();
    await clock.advance(10_000);
    refuseRenewals(new ApiError('server', 'not now'));
    expect(await until(() => !a.leads)).toBeLessThanOrEqual(8000);
    a.process.kill();
    wire.before = () => undefined;
    expect(await until(() => b.leads)).toBeGreaterThan(3000);
  });

  it('that gets no answers at all gives up in time', async () => {
    const [a] = await two();
    a.process.hold((call) => call.startsWith('patch leases'));
    expect(await until(() => !a.leads)).toBeLessThanOrEqual(8000);
  });

  it('that cannot renew for a moment leads on', async () => {
    const [a, b] = await two();
    refuseRenewals(new ApiError('timeout', 'no answer', { maybeApplied: true }));
    await clock.advance(5000);
    wire.before = () => undefined;
    await clock.advance(60_000);
    expect([a.leads, b.leads]).toEqual([true, false]);
    expect(lease().transitions).toBe(0);
  });

  it('whose renewal was made and not answered leads on', async () => {
    const [a, b] = await two();
    let lose = true;
    wire.after = ({ verb, resource }) => {
      if (verb !== 'patch' || resource !== 'leases' || !lose) return undefined;
      lose = false;
      return Promise.reject(new ApiError('connection', 'broken', { maybeApplied: true }));
    };
    await clock.advance(60_000);
    expect([a.leads, b.leads]).toEqual([true, false]);
    expect(lease().transitions).toBe(0);
  });

  it('leads on when somebody labels the Lease', async () => {
    const [a] = await two();
    const { term } = a;
    cluster.change(leases, REF, { metadata: { labels: { by: 'hand' } } });
    await clock.advance(60_000);
    expect(a.leads).toBe(true);
    expect(a.term).toBe(term);
    expect(raw()!.metadata.labels).toEqual({ by: 'hand' });
  });

  it('leads no more when somebody deletes the Lease; one leads soon after, and reckons with everything', async () => {
    const [a, b] = await two();
    const before = a.term;
    cluster.remove(leases, REF);
    expect(await until(() => before!.signal.aborted)).toBeLessThanOrEqual(2000);
    expect(await until(() => a.leads || b.leads)).toBeLessThanOrEqual(2000);
    const { term } = a.leads ? a : b;
    expect(term).not.toBe(before);
    expect(term!.inherited.has('any-node')).toBe(true);
  });

  it('leads no more when somebody has given the Lease to another', async () => {
    const [a] = await two();
    cluster.change(leases, REF, { spec: { holderIdentity: 'somebody' } });
    expect(await until(() => !a.leads)).toBeLessThanOrEqual(2000);
    expect(a.log.lines.at(-2)).toMatchObject({
      message: 'leads no more',
      fields: { why: 'another one leads', leader: 'somebody' },
    });
  });

  it('that has slept for longer than its Lease was valid knows it the moment that it wakes', async () => {
    const [a, b] = await two();
    a.process.stop();
    await until(() => b.leads);
    const { term } = a;
    // No timer has fired yet, and nothing was heard.
    expect(term!.signal.aborted).toBe(false);
    expect(term!.isHeld()).toBe(false);
    await a.process.goOn();
    await clock.advance(10_000);
    expect([a.leads, b.leads]).toEqual([false, true]);
    expect(a.log.lines.at(-1)).toMatchObject({ message: 'standing by', fields: { leader: 'b' } });
  });

  it('whose clock has slept as well knows it with the first renewal', async () => {
    const [a, b] = await two();
    a.process.stop('stands-still');
    await until(() => b.leads);
    await a.process.goOn();
    expect(a.leads).toBe(true);
    expect(await until(() => !a.leads)).toBeLessThanOrEqual(2000);
    await clock.advance(10_000);
    expect(b.leads).toBe(true);
  });
});

describe('One that is told to end', () => {
  it('does so at once while it stands by, and leaves nothing behind', async () => {
    const a = await contender('a');
    const b = await contender('b');
    b.told.abort();
    await clock.advance(1);
    expect(wire.watches).toEqual([]);
    a.told.abort();
    await settled();
    expect(clock.pending).toEqual([]);
    expect(lease().holder).toBeUndefined();
  });

  it('does so within a second where the API server does not answer', async () => {
    const a = await contender('a');
    a.process.hold(() => true);
    a.told.abort();
    await clock.advance(1000);
    expect(a.log.messages('error')).toEqual([]);
    expect(clock.pending.filter((timer) => timer > 2500)).toEqual([]);
  });
});

describe('Without the permission to', () => {
  it('nobody leads, and the log says why, ever less often', async () => {
    wire.before = ({ resource }) =>
      resource === 'leases' ? Promise.reject(new ApiError('forbidden', 'not allowed')) : undefined;
    const a = await contender('a');
    await clock.advance(60_000);
    expect(a.leads).toBe(false);
    const said = a.log.messages('warn');
    expect(new Set(said)).toEqual(new Set(['lease cannot be read or taken: trying again']));
    expect(said.length).toBeLessThan(40);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { settled, type VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { controllerRevisions, type StoredDaemonSet } from '../resources/daemonsets.ts';
import { aRawRevision, aStoredDaemonSet, NAMESPACE } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { RecordedLog } from '../testing/recorders.ts';
import { Revisions } from './revisions.ts';

let clock: VirtualClock;
let cluster: TestCluster;
let wire: RecordingCluster;
let log: RecordedLog;
let live: StoredDaemonSet[];
let told: string[];
let stop: AbortController;
let revisions: Revisions;
let unanswered: boolean;

beforeEach(() => {
  cluster = new TestCluster();
  wire = cluster.wire;
  clock = cluster.clock;
  log = new RecordedLog();
  live = [];
  told = [];
  stop = new AbortController();
  unanswered = false;
  revisions = new Revisions({
    cluster: wire,
    clock,
    log,
    signal: stop.signal,
    daemonSets: { values: () => live },
    isUnanswered: () => unanswered,
    onKnown: ({ name }) => told.push(name),
  });
});

function made(owner: string, revision: number, hash: string): void {
  cluster.create(controllerRevisions, aRawRevision(owner, revision, hash));
}

/** The DaemonSet is heard of. */
function see(daemonSet: StoredDaemonSet): void {
  live = [...live.filter(({ uid }) => uid !== daemonSet.uid), daemonSet];
  revisions.see(daemonSet);
}

/** Each list waits until the test lets it go on, first come first. */
function holdLists(): { go: (error?: ApiError) => void }[] {
  const held: { go: (error?: ApiError) => void }[] = [];
  wire.after = () =>
    new Promise((resolve, reject) => {
      held.push({
        go: (error) => {
          if (error === undefined) resolve();
          else reject(error);
        },
      });
    });
  return held;
}

const at = (generation: number, observedGeneration = generation): StoredDaemonSet =>
  aStoredDaemonSet({ generation, observedGeneration });
const unavailable = (): ApiError => new ApiError('server', 'not now');

describe('The newest revision of a DaemonSet', () => {
  it('is not known before it has been read, and word is given when it is', async () => {
    made('ds-1', 1, 'aaa');
    see(at(1));
    expect(revisions.of(at(1))).toBeUndefined();
    await settled();
    expect(revisions.of(at(1))).toBe('aaa');
    expect(told).toEqual(['mofed-ds']);
  });

  it('is that with the highest number, whatever the order in which they come', async () => {
    made('ds-1', 9, 'older');
    made('ds-1', 11, 'newest');
    made('ds-1', 10, 'old');
    see(at(1));
    await settled();
    expect(revisions.of(at(1))).toBe('newest');
  });

  it('is its own: those of other DaemonSets do not count', async () => {
    made('ds-1', 1, 'mine');
    made('ds-2', 7, 'theirs');
    see(at(1));
    await settled();
    expect(revisions.of(at(1))).toBe('mine');
  });

  it('is read once for each generation, in its namespace only, however often the DaemonSet changes', async () => {
    made('ds-1', 1, 'aaa');
    see(at(1));
    see(at(1));
    await settled();
    see(at(1));
    await settled();
    expect(wire.calls).toMatchObject([
      { verb: 'list', resource: 'controllerrevisions', query: { namespace: NAMESPACE } },
    ]);
    see(at(2));
    await settled();
    expect(wire.calls).toHaveLength(2);
  });
});

describe('A DaemonSet that its controller has not caught up with', () => {
  it('may be one that has been written without an answer so far', async () => {
    made('ds-1', 1, 'aaa');
    see(at(1));
    await settled();
    unanswered = true;
    expect(revisions.of(at(1))).toBeUndefined();
    unanswered = false;
    expect(revisions.of(at(1))).toBe('aaa');
  });

  it('has no revision that anybody could know, and none is read', async () => {
    made('ds-1', 1, 'aaa');
    see(at(2, 1));
    await settled();
    expect(revisions.of(at(2, 1))).toBeUndefined();
    expect(wire.calls).toEqual([]);
  });

  it('loses the one that was known for what it was before', async () => {
    made('ds-1', 1, 'aaa');
    see(at(1));
    await settled();
    see(at(2, 1));
    expect(revisions.of(at(2, 1))).toBeUndefined();
    made('ds-1', 2, 'bbb');
    see(at(2));
    await settled();
    expect(revisions.of(at(2))).toBe('bbb');
  });
});

describe('An answer that comes late', () => {
  it('does not count if the DaemonSet has changed since it was asked for', async () => {
    const lists = holdLists();
    made('ds-1', 1, 'aaa');
    see(at(1));
    await settled();
    made('ds-1', 2, 'bbb');
    see(at(2));
    await settled();
    lists[1]?.go();
    await settled();
    lists[0]?.go();
    await settled();
    expect(revisions.of(at(2))).toBe('bbb');
    expect(told).toHaveLength(1);
  });

  it('takes nothing away from what is known of the newer generation if it is a failure', async () => {
    const lists = holdLists();
    made('ds-1', 1, 'aaa');
    see(at(1));
    await settled();
    made('ds-1', 2, 'bbb');
    see(at(2));
    await settled();
    lists[1]?.go();
    await settled();
    lists[0]?.go(unavailable());
    await clock.advance(10_000);
    expect(revisions.of(at(2))).toBe('bbb');
    expect(wire.calls).toHaveLength(2);
  });

  it('does not count for a DaemonSet that is gone', async () => {
    const lists = holdLists();
    made('ds-1', 1, 'aaa');
    see(at(1));
    await settled();
    live = [];
    revisions.forget('ds-1');
    lists[0]?.go();
    await settled();
    expect(revisions.of(at(1))).toBeUndefined();
    expect(told).toEqual([]);
  });
});

describe('A read that fails', () => {
  it('is made again a second later', async () => {
    made('ds-1', 1, 'aaa');
    wire.before = () => Promise.reject(unavailable());
    see(at(1));
    await settled();
    expect(log.messages('warn')).toEqual(['newest revision could not be read: trying again']);
    wire.before = () => undefined;
    await clock.advance(999);
    expect(revisions.of(at(1))).toBeUndefined();
    await clock.advance(1);
    expect(revisions.of(at(1))).toBe('aaa');
    expect(told).toEqual(['mofed-ds']);
  });

  it('is one, too, that finds no revision', async () => {
    see(at(1));
    await settled();
    made('ds-1', 1, 'aaa');
    await clock.advance(1000);
    expect(revisions.of(at(1))).toBe('aaa');
  });

  it('is made again for what the DaemonSet is by then', async () => {
    wire.before = () => Promise.reject(unavailable());
    see(at(1));
    await settled();
    wire.before = () => undefined;
    made('ds-1', 2, 'bbb');
    live = [at(2)];
    await clock.advance(1000);
    expect(revisions.of(at(2))).toBe('bbb');
  });

  it('is not made again for a DaemonSet that is gone, nor when the operator has ended', async () => {
    wire.before = () => Promise.reject(unavailable());
    see(at(1));
    await settled();
    live = [];
    await clock.advance(10_000);
    expect(wire.calls).toHaveLength(1);
    see(at(1));
    await settled();
    stop.abort();
    await clock.advance(10_000);
    expect(wire.calls).toHaveLength(2);
  });
});

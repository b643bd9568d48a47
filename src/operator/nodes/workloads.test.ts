import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { settled, type VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { workloadPods } from '../resources/workload-pods.ts';
import { aRawPod } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { Workloads } from './workloads.ts';

let clock: VirtualClock;
let cluster: TestCluster;
let wire: RecordingCluster;
let told: string[];
let stop: AbortController;
let workloads: Workloads;

beforeEach(() => {
  cluster = new TestCluster();
  wire = cluster.wire;
  clock = cluster.clock;
  told = [];
  stop = new AbortController();
  workloads = new Workloads({
    cluster: wire,
    clock,
    random: () => 0,
    onChange: (node) => told.push(node),
    signal: stop.signal,
  });
});

afterEach(() => {
  stop.abort();
});

/** There is a pod. Returns its UID. */
const put = (name: string, node = 'node-1'): string =>
  cluster.create(workloadPods, aRawPod({ name, node })).metadata.uid!;
const at = (name: string) => ({ namespace: 'default', name });
const gone = (name: string): void => {
  cluster.remove(workloadPods, at(name));
};
const names = (node = 'node-1'): readonly string[] | undefined =>
  workloads.view(node)?.pods.map(({ name }) => name);
const verbs = (): readonly string[] => wire.calls.map(({ verb }) => verb);

async function watch(node = 'node-1'): Promise<void> {
  workloads.watch(node);
  await settled();
}

/** The answers to what is asked from now on wait until the returned function is called. */
function hold(): () => void {
  let go: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  wire.before = () => held;
  return go;
}

describe('The pods of a node', () => {
  it('are as old as the watch that told of them, however long that was on its way', async () => {
    const asked = clock.now();
    const go = hold();
    workloads.watch('node-1');
    await clock.advance(8000);
    go();
    await settled();
    expect(workloads.view('node-1')?.asOf).toBe(asked);
  });

  it('are not read before they are needed', async () => {
    put('a');
    await clock.advance(60_000);
    expect(workloads.view('node-1')).toBeUndefined();
    expect(wire.calls).toEqual([]);
  });

  it('are read, and kept current, by one stream for the node', async () => {
    put('a');
    await watch();
    expect(names()).toEqual(['a']);
    put('b');
    await settled();
    expect(names()).toEqual(['a', 'b']);
    gone('a');
    await settled();
    expect(names()).toEqual(['b']);
    expect(wire.calls).toMatchObject([
      {
        verb: 'watch',
        resource: 'pods',
        query: { fieldSelector: 'spec.nodeName=node-1', initialEvents: true },
      },
    ]);
  });

  it('are read by no second stream when they are needed again', async () => {
    await watch();
    await watch();
    expect(wire.watches).toHaveLength(1);
  });

  it('are not known before all of them have been read', async () => {
    const go = hold();
    put('a');
    await watch();
    expect(workloads.view('node-1')).toBeUndefined();
    expect(told).toEqual([]);
    go();
    await settled();
    expect(names()).toEqual(['a']);
  });

  it('are one node’s: those of others are neither seen nor told of', async () => {
    put('other', 'node-2');
    await watch();
    expect(names()).toEqual([]);
    told = [];
    put('another', 'node-2');
    await settled();
    expect(told).toEqual([]);
  });

  it('are told of once when they have been read, and at every change from then on', async () => {
    put('a');
    put('b');
    await watch();
    expect(told).toEqual(['node-1']);
    cluster.change(workloadPods, at('a'), { metadata: { labels: { app: 'db' } } });
    await settled();
    expect(told).toEqual(['node-1', 'node-1']);
    gone('b');
    await settled();
    // First it terminates, and then it is no more.
    expect(told).toEqual(['node-1', 'node-1', 'node-1', 'node-1']);
  });
});

describe('How old the knowledge is', () => {
  it('counts from when the stream had read everything, and stays so', async () => {
    const go = hold();
    await watch();
    await clock.advance(700);
    go();
    await clock.advance(1);
    const read = workloads.view('node-1')?.asOf;
    await clock.advance(5000);
    expect(workloads.view('node-1')?.asOf).toBe(read);
    expect(clock.now() - (read ?? 0)).toBeGreaterThanOrEqual(5000);
  });

  it('counts from the answer to a read, so that a slow API server does not keep it old for ever', async () => {
    const go = hold();
    const read = workloads.read('node-1');
    await clock.advance(700);
    go();
    await read;
    expect(workloads.view('node-1')?.asOf).toBe(clock.now());
  });

  it('is no longer any good once pods may have come', async () => {
    await workloads.read('node-1');
    workloads.stale('node-1');
    expect(workloads.view('node-1')?.asOf).toBe(-Infinity);
    expect(names()).toEqual([]);
  });

  it('is no good if pods may have come while they were being read', async () => {
    const go = hold();
    const read = workloads.read('node-1');
    await settled();
    workloads.stale('node-1');
    go();
    await read;
    expect(workloads.view('node-1')?.asOf).toBe(-Infinity);
  });

  it('is no good if pods may have come while the stream began', async () => {
    const go = hold();
    await watch();
    workloads.stale('node-1');
    go();
    await settled();
    expect(workloads.view('node-1')?.asOf).toBe(-Infinity);
  });

  it('is made good by the next read', async () => {
    await workloads.read('node-1');
    workloads.stale('node-1');
    await clock.advance(1000);
    await workloads.read('node-1');
    expect(workloads.view('node-1')?.asOf).toBe(clock.now());
  });

  it('cannot be told of a node whose pods nobody has read', () => {
    workloads.stale('node-1');
    expect(workloads.view('node-1')).toBeUndefined();
  });
});

describe('A read in one go', () => {
  it('takes one request', async () => {
    put('a');
    await workloads.read('node-1');
    expect(names()).toEqual(['a']);
    expect(wire.calls).toMatchObject([
      { verb: 'list', resource: 'pods', query: { fieldSelector: 'spec.nodeName=node-1' } },
    ]);
    expect(wire.watches).toEqual([]);
  });

  it('ends the stream, which may be behind it', async () => {
    await watch();
    await workloads.read('node-1');
    await settled();
    expect(wire.watches).toEqual([]);
    told = [];
    put('late');
    await settled();
    expect(names()).toEqual([]);
    expect(told).toEqual([]);
  });

  it('is what counts until a new stream has been read', async () => {
    put('a');
    await watch();
    await workloads.read('node-1');
    const go = hold();
    gone('a');
    await watch();
    expect(names()).toEqual(['a']);
    go();
    await settled();
    expect(names()).toEqual([]);
    expect(verbs()).toEqual(['watch', 'list', 'watch']);
  });

  it('leaves everything as it was if it fails', async () => {
    put('a');
    await watch();
    const before = workloads.view('node-1');
    await clock.advance(1000);
    wire.before = () => Promise.reject(new ApiError('server', 'not now'));
    await expect(workloads.read('node-1')).rejects.toMatchObject({ code: 'server' });
    expect(workloads.view('node-1')).toEqual(before);
    wire.before = () => undefined;
    put('b');
    await settled();
    expect(names()).toEqual(['a', 'b']);
  });
});

describe('What came of an eviction', () => {
  const attempt = { attempts: 1, at: 1, result: 'blocked', message: 'PDB' } as const;
  const evictions = () => workloads.view('node-1')?.pods.map(({ eviction }) => eviction);

  it('stands with the pod', async () => {
    const uid = put('a');
    put('b');
    await watch();
    workloads.noteEviction('node-1', uid, attempt);
    expect(evictions()).toEqual([attempt, undefined]);
  });

  it('is still known after another read', async () => {
    const uid = put('a');
    await watch();
    workloads.noteEviction('node-1', uid, attempt);
    await workloads.read('node-1');
    expect(evictions()).toEqual([attempt]);
  });

  it('is not held against another pod of the same name', async () => {
    const uid = put('a');
    await watch();
    workloads.noteEviction('node-1', uid, attempt);
    gone('a');
    expect(put('a')).not.toBe(uid);
    await settled();
    expect(evictions()).toEqual([undefined]);
  });

  it('is forgotten with the node', async () => {
    const uid = put('a');
    await watch();
    workloads.noteEviction('node-1', uid, attempt);
    workloads.drop('node-1');
    workloads.noteEviction('node-1', uid, attempt);
    await watch();
    expect(evictions()).toEqual([undefined]);
  });
});

describe('A node that is of no interest any more', () => {
  it('has its stream ended, and nothing is told of it', async () => {
    await watch();
    await watch('node-2');
    workloads.drop('node-1');
    await settled();
    expect(wire.watches.map(({ query }) => query?.fieldSelector)).toEqual(['spec.nodeName=node-2']);
    told = [];
    put('late');
    await settled();
    expect(told).toEqual([]);
    expect(workloads.view('node-1')).toBeUndefined();
  });

  it('is not told of by a stream that was only just beginning', async () => {
    const go = hold();
    await watch();
    workloads.drop('node-1');
    go();
    await settled();
    expect(told).toEqual([]);
    expect(workloads.view('node-1')).toBeUndefined();
  });
});

describe('When the operator ends', () => {
  it('every stream ends, and a read is given up', async () => {
    await watch();
    await watch('node-2');
    await workloads.read('node-3');
    await watch('node-3');
    hold();
    const read = workloads.read('node-1');
    stop.abort();
    await expect(read).rejects.toMatchObject({ code: 'aborted' });
    await settled();
    expect(wire.watches).toEqual([]);
  });

  it('nothing is read that is asked for after it', async () => {
    stop.abort();
    await expect(workloads.read('node-1')).rejects.toMatchObject({ code: 'aborted' });
    await watch();
    expect(wire.watches).toEqual([]);
  });

  it('as many nodes as there are wait for it, and Node takes them for no leak', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue();
    for (let i = 0; i < 20; i += 1) await watch(`node-${i}`);
    expect(warnings).not.toHaveBeenCalled();
    warnings.mockRestore();
    stop.abort();
    await settled();
    expect(wire.watches).toEqual([]);
  });
});

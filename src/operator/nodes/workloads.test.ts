import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { settled, VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { workloadPods } from '../resources/workload-pods.ts';
import { aRawPod } from '../testing/builders.ts';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { Workloads } from './workloads.ts';

let clock: VirtualClock;
let cluster: MemoryCluster;
let told: string[];
let stop: AbortController;
let workloads: Workloads;

beforeEach(() => {
  clock = new VirtualClock();
  cluster = new MemoryCluster();
  told = [];
  stop = new AbortController();
  workloads = new Workloads({
    cluster,
    clock,
    random: () => 0,
    onChange: (node) => told.push(node),
    signal: stop.signal,
  });
});

afterEach(() => {
  stop.abort();
});

const put = (name: string, node = 'node-1'): void => {
  cluster.store.put(workloadPods, aRawPod({ name, node }));
};
const gone = (name: string): void => {
  cluster.store.remove(workloadPods, { namespace: 'default', name });
};
const names = (node = 'node-1'): readonly string[] | undefined =>
  workloads.view(node)?.pods.map(({ name }) => name);
const verbs = (): readonly string[] => cluster.requests.map(({ verb }) => verb);

async function watch(node = 'node-1'): Promise<void> {
  workloads.watch(node);
  await settled();
}

/** The answers to what is asked from now on wait until the returned function is called. */
function hold(): () => void {
  let go: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  cluster.before = () => held;
  return go;
}

describe('The pods of a node', () => {
  it('are not read before they are needed', async () => {
    put('a');
    await clock.advance(60_000);
    expect(workloads.view('node-1')).toBeUndefined();
    expect(cluster.requests).toEqual([]);
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
    expect(cluster.requests).toMatchObject([
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
    expect(cluster.watches).toHaveLength(1);
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
    gone('a');
    await settled();
    expect(told).toEqual(['node-1', 'node-1']);
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
    expect(cluster.requests).toMatchObject([
      { verb: 'list', resource: 'pods', query: { fieldSelector: 'spec.nodeName=node-1' } },
    ]);
    expect(cluster.watches).toEqual([]);
  });

  it('ends the stream, which may be behind it', async () => {
    await watch();
    await workloads.read('node-1');
    await settled();
    expect(cluster.watches).toEqual([]);
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
    cluster.before = () => Promise.reject(new ApiError('server', 'not now'));
    await expect(workloads.read('node-1')).rejects.toMatchObject({ code: 'server' });
    expect(workloads.view('node-1')).toEqual(before);
    cluster.before = () => undefined;
    put('b');
    await settled();
    expect(names()).toEqual(['a', 'b']);
  });
});

describe('What came of an eviction', () => {
  const attempt = { attempts: 1, at: 1, result: 'blocked', message: 'PDB' } as const;
  const evictions = () => workloads.view('node-1')?.pods.map(({ eviction }) => eviction);

  it('stands with the pod', async () => {
    put('a');
    put('b');
    await watch();
    workloads.noteEviction('node-1', 'uid-of-a', attempt);
    expect(evictions()).toEqual([attempt, undefined]);
  });

  it('is still known after another read', async () => {
    put('a');
    await watch();
    workloads.noteEviction('node-1', 'uid-of-a', attempt);
    await workloads.read('node-1');
    expect(evictions()).toEqual([attempt]);
  });

  it('is not held against another pod of the same name', async () => {
    put('a');
    await watch();
    workloads.noteEviction('node-1', 'uid-of-a', attempt);
    gone('a');
    cluster.store.put(workloadPods, aRawPod({ name: 'a', uid: 'another' }));
    await settled();
    expect(evictions()).toEqual([undefined]);
  });

  it('is forgotten with the node', async () => {
    put('a');
    await watch();
    workloads.noteEviction('node-1', 'uid-of-a', attempt);
    workloads.drop('node-1');
    workloads.noteEviction('node-1', 'uid-of-a', attempt);
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
    expect(cluster.watches.map(({ query }) => query?.fieldSelector)).toEqual(['spec.nodeName=node-2']);
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
    expect(cluster.watches).toEqual([]);
  });

  it('nothing is read that is asked for after it', async () => {
    stop.abort();
    await expect(workloads.read('node-1')).rejects.toMatchObject({ code: 'aborted' });
    await watch();
    expect(cluster.watches).toEqual([]);
  });

  it('as many nodes as there are wait for it, and Node takes them for no leak', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue();
    for (let i = 0; i < 20; i += 1) await watch(`node-${i}`);
    expect(warnings).not.toHaveBeenCalled();
    warnings.mockRestore();
    stop.abort();
    await settled();
    expect(cluster.watches).toEqual([]);
  });
});

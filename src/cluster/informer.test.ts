import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, type ApiErrorCode } from './errors.ts';
import { Informer, type Change, type InformerOptions } from './informer.ts';
import type { List, WatchEvent } from './port.ts';
import { settled, VirtualClock } from './memory/virtual-clock.ts';
import { node, testNodes, type TestNode } from './testing/nodes.ts';
import { ScriptedCluster } from './testing/scripted-cluster.ts';

let clock: VirtualClock;
let cluster: ScriptedCluster<TestNode>;
let changes: Change<TestNode>[];
let troubles: { code: ApiErrorCode; retryInMs: number }[];
let restarts: number;
let controller: AbortController;
let running: Promise<void>;

beforeEach(() => {
  clock = new VirtualClock();
  cluster = new ScriptedCluster();
  changes = [];
  troubles = [];
  restarts = 0;
  controller = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  controller.abort();
  await running.catch(() => undefined);
});

async function start(options: Partial<InformerOptions<TestNode>> = {}): Promise<Informer<TestNode>> {
  const informer = new Informer({
    cluster,
    type: testNodes,
    query: { labelSelector: 'nic' },
    clock,
    random: () => 0,
    onChange: (change) => changes.push(change),
    onTrouble: ({ code }, retryInMs) => troubles.push({ code, retryInMs }),
    onRestart: () => (restarts += 1),
    ...options,
  });
  running = informer.run(controller.signal);
  await settled();
  return informer;
}

function list(resourceVersion: number, ...items: TestNode[]): List<TestNode> {
  return { items, resourceVersion: String(resourceVersion) };
}

function bookmark(resourceVersion: number, initialEventsEnd = false): WatchEvent<TestNode> {
  return { type: 'bookmark', resourceVersion: String(resourceVersion), initialEventsEnd };
}

function failure(code: ApiErrorCode, details = {}): ApiError {
  return new ApiError(code, code, details);
}

const added = (object: TestNode): WatchEvent<TestNode> => ({ type: 'added', object });
const modified = (object: TestNode): WatchEvent<TestNode> => ({ type: 'modified', object });
const deleted = (object: TestNode): WatchEvent<TestNode> => ({ type: 'deleted', object });

describe('An informer', () => {
  it('lists, says so, and watches from there with the same query', async () => {
    cluster.lists.push(list(100, node('a', 10)));
    const informer = await start();
    await informer.synced;
    expect(changes).toEqual([{ key: 'a', before: undefined, after: node('a', 10) }]);
    expect(informer.get('a')).toEqual(node('a', 10));
    expect(cluster.latest.query).toEqual({ labelSelector: 'nic', resourceVersion: '100' });
  });

  it('tells what is added, modified and deleted, with what was before', async () => {
    cluster.lists.push(list(100));
    const informer = await start();
    cluster.latest.send(added(node('a', 101)), modified(node('a', 102)), deleted(node('a', 103)));
    await settled();
    expect(changes).toEqual([
      { key: 'a', before: undefined, after: node('a', 101) },
      { key: 'a', before: node('a', 101), after: node('a', 102) },
      { key: 'a', before: node('a', 102), after: undefined },
    ]);
    expect(informer.size).toBe(0);
  });

  it('tells once of what a write returned, not again when the stream brings it', async () => {
    cluster.lists.push(list(100, node('a', 10)));
    const informer = await start();
    informer.observe(node('a', 101));
    cluster.latest.send(modified(node('a', 101)));
    await settled();
    expect(changes.slice(1)).toEqual([{ key: 'a', before: node('a', 10), after: node('a', 101) }]);
    expect([...informer.values()]).toEqual([node('a', 101)]);
  });

  it('ends when its signal aborts, and asks for nothing more', async () => {
    cluster.lists.push(list(100));
    await start();
    controller.abort();
    await expect(running).resolves.toBeUndefined();
    expect(cluster.watches).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });

  it('ends when its signal aborts while it waits to try again', async () => {
    cluster.lists.push(failure('server'));
    await start();
    controller.abort();
    await expect(running).resolves.toBeUndefined();
    expect(troubles).toHaveLength(1);
  });

  it('lets out what its consumer throws', async () => {
    cluster.lists.push(list(100));
    const bug = new Error('a bug');
    await start({
      onChange: () => {
        throw bug;
      },
    });
    const ended = expect(running).rejects.toBe(bug);
    cluster.latest.send(added(node('a', 101)));
    await ended;
  });
});

describe('When a watch ends', () => {
  it('goes on at once, without a new list, from the last event', async () => {
    cluster.lists.push(list(100));
    await start();
    cluster.latest.send(added(node('a', 101)));
    cluster.latest.end();
    await settled();
    expect(cluster.listed).toBe(1);
    expect(cluster.latest.query.resourceVersion).toBe('101');
    expect(troubles).toEqual([]);
  });

  it('goes on from a bookmark that came after the last event', async () => {
    cluster.lists.push(list(100));
    await start();
    cluster.latest.send(added(node('a', 101)), bookmark(150));
    cluster.latest.end();
    await settled();
    expect(cluster.latest.query.resourceVersion).toBe('150');
  });

  it('goes on at once after a quiet watch that lived for a while', async () => {
    cluster.lists.push(list(100));
    await start();
    await clock.advance(300_000);
    cluster.latest.end();
    await settled();
    expect(cluster.watches).toHaveLength(2);
    expect(troubles).toEqual([]);
  });

  it('waits, longer and longer, with a server that ends every watch at once', async () => {
    cluster.lists.push(list(100));
    await start();
    cluster.latest.end();
    await settled();
    expect(clock.pending).toEqual([250]);
    await clock.advance(250);
    cluster.latest.end();
    await settled();
    expect(clock.pending).toEqual([500]);
    expect(cluster.watches).toHaveLength(2);
  });
});

describe('When something fails', () => {
  it.each([
    'connection',
    'server',
    'too-many-requests',
    'timeout',
    'malformed',
    'forbidden',
    'unauthorized',
  ] as const)('goes on from the last resourceVersion after %s', async (code) => {
    cluster.lists.push(list(100));
    await start();
    cluster.latest.send(added(node('a', 101)));
    cluster.latest.fail(failure(code));
    await settled();
    expect(troubles).toEqual([{ code, retryInMs: 250 }]);
    await clock.advance(250);
    expect(cluster.listed).toBe(1);
    expect(cluster.latest.query.resourceVersion).toBe('101');
  });

  it('waits twice as long each time, up to half a minute', async () => {
    cluster.lists.push(failure('connection'));
    await start();
    await clock.advance(300_000);
    const waits = troubles.map(({ retryInMs }) => retryInMs);
    expect(waits.slice(0, 9)).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('waits as long as the server asks', async () => {
    cluster.lists.push(failure('too-many-requests', { retryAfterSeconds: 7 }));
    await start();
    expect(troubles).toEqual([{ code: 'too-many-requests', retryInMs: 7000 }]);
  });

  it('spreads its tries at random', async () => {
    cluster.lists.push(failure('server'));
    await start({ random: () => 0.5 });
    expect(troubles).toEqual([{ code: 'server', retryInMs: 187.5 }]);
  });

  it('waits but shortly again once a watch has worked', async () => {
    cluster.lists.push(failure('server'), failure('server'), list(100));
    await start();
    await clock.advance(750);
    cluster.latest.send(bookmark(101));
    cluster.latest.fail(failure('connection'));
    await settled();
    expect(troubles.at(-1)).toEqual({ code: 'connection', retryInMs: 250 });
  });

  it('is not taken in by a list that works while every watch fails', async () => {
    cluster.lists.push(list(100));
    await start();
    for (const wait of [250, 500, 1000]) {
      cluster.latest.fail(failure('server'));
      await settled();
      expect(troubles.at(-1)?.retryInMs).toBe(wait);
      await clock.advance(wait);
    }
  });
});

describe('When its resourceVersion is too old', () => {
  it('lists again at once and tells the difference, deletions too', async () => {
    cluster.lists.push(list(100, node('a', 10), node('b', 20)), list(500, node('b', 400)));
    const informer = await start();
    changes.length = 0;
    cluster.latest.fail(failure('gone'));
    await settled();
    expect(restarts).toBe(1);
    expect(changes).toEqual([
      { key: 'a', before: node('a', 10), after: undefined },
      { key: 'b', before: node('b', 20), after: node('b', 400) },
    ]);
    expect([...informer.values()]).toEqual([node('b', 400)]);
    expect(cluster.latest.query.resourceVersion).toBe('500');
  });

  it('waits before it lists a second time when no watch has worked in between', async () => {
    cluster.lists.push(list(100));
    await start();
    cluster.latest.fail(failure('gone'));
    await settled();
    cluster.latest.fail(failure('gone'));
    await settled();
    expect(cluster.listed).toBe(2);
    expect(troubles).toEqual([{ code: 'gone', retryInMs: 250 }]);
    await clock.advance(250);
    expect(cluster.listed).toBe(3);
  });

  it('lists at once each time that a watch has worked in between', async () => {
    cluster.lists.push(list(100));
    await start();
    for (const listed of [2, 3]) {
      cluster.latest.send(bookmark(150));
      cluster.latest.fail(failure('gone'));
      await settled();
      expect(cluster.listed).toBe(listed);
    }
    expect(troubles).toEqual([]);
  });

  it('keeps what a write returned while the list was on its way', async () => {
    let answer: (list: List<TestNode>) => void = () => undefined;
    cluster.lists.push(
      list(100, node('a', 10)),
      new Promise<List<TestNode>>((resolve) => (answer = resolve)),
    );
    const informer = await start();
    cluster.latest.fail(failure('gone'));
    await settled();
    informer.observe(node('a', 201));
    answer(list(200, node('a', 150)));
    await settled();
    expect(informer.get('a')).toEqual(node('a', 201));
  });

  it('takes a bookmark from before what it has seen for that, as after a restored backup', async () => {
    cluster.lists.push(list(100, node('a', 90)), list(60, node('a', 50)));
    const informer = await start();
    cluster.latest.send(bookmark(58));
    await settled();
    expect(restarts).toBe(1);
    expect(informer.get('a')).toEqual(node('a', 50));
    expect(cluster.latest.query.resourceVersion).toBe('60');
  });
});

describe('An informer that starts with the stream', () => {
  it('reads everything with the watch itself and is synced at its bookmark', async () => {
    const informer = await start({ startWith: 'stream' });
    let synced = false;
    void informer.synced.then(() => (synced = true));
    cluster.latest.send(added(node('a', 10)), added(node('b', 20)), bookmark(5));
    await settled();
    expect({ synced, size: informer.size }).toEqual({ synced: false, size: 0 });
    cluster.latest.send(bookmark(100, true), modified(node('a', 101)));
    await settled();
    expect({ synced, size: informer.size }).toEqual({ synced: true, size: 2 });
    expect(informer.get('a')).toEqual(node('a', 101));
    expect(cluster.listed).toBe(0);
    expect(cluster.latest.query).toEqual({ labelSelector: 'nic', initialEvents: true });
  });

  it('begins anew, later and later, when the stream breaks before it is complete', async () => {
    const informer = await start({ startWith: 'stream' });
    for (const wait of [250, 500]) {
      cluster.latest.send(added(node('a', 10)));
      cluster.latest.fail(failure('connection'));
      await settled();
      expect(troubles.at(-1)?.retryInMs).toBe(wait);
      await clock.advance(wait);
    }
    expect(cluster.latest.query.initialEvents).toBe(true);
    expect(informer.size).toBe(0);
  });

  it('resumes an interrupted watch without reading everything again', async () => {
    await start({ startWith: 'stream' });
    cluster.latest.send(bookmark(100, true));
    cluster.latest.end();
    await settled();
    expect(cluster.latest.query).toEqual({ labelSelector: 'nic', resourceVersion: '100' });
  });

  it('tells the difference when it must read everything again', async () => {
    await start({ startWith: 'stream' });
    cluster.latest.send(added(node('a', 10)), bookmark(100, true));
    cluster.latest.fail(failure('gone'));
    await settled();
    cluster.latest.send(added(node('b', 150)), bookmark(200, true));
    await settled();
    expect(changes.slice(1)).toEqual([
      { key: 'a', before: node('a', 10), after: undefined },
      { key: 'b', before: undefined, after: node('b', 150) },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Cluster, WatchEvent, WatchQuery } from '../port.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { testNodes, type TestNode } from '../testing/nodes.ts';
import {
  bookmarkLine,
  brokenStream,
  endedStream,
  eventLine,
  json,
  rawList,
  rawNode,
  refusal,
  reset,
  silence,
  statusObject,
  stream,
} from './testing/answers.ts';
import { useHarness } from './testing/harness.ts';

const harness = useHarness();
const from100: WatchQuery = { resourceVersion: '100' };

type Event = WatchEvent<TestNode>;

/** Everything that a watch tells until it ends, and how that was. */
async function all(events: AsyncIterable<Event>): Promise<{ events: Event[]; error?: unknown }> {
  const heard: Event[] = [];
  try {
    for await (const event of events) heard.push(event);
  } catch (error) {
    return { events: heard, error };
  }
  return { events: heard };
}

async function until(events: AsyncIterable<Event>, count: number): Promise<Event[]> {
  const heard: Event[] = [];
  for await (const event of events) {
    heard.push(event);
    if (heard.length === count) break;
  }
  return heard;
}

function names(events: readonly Event[]): string[] {
  return events.map((event) => (event.type === 'bookmark' ? event.resourceVersion : event.object.name));
}

function watch(query: WatchQuery = from100, cluster: Cluster = harness.cluster()): AsyncIterable<Event> {
  return cluster.watch(testNodes, query);
}

describe('A watch', () => {
  it('asks for bookmarks, for an end in five to ten minutes, and from where', async () => {
    harness.server.answer(endedStream());
    await all(watch({ ...from100, labelSelector: 'a=b' }, harness.cluster({ random: () => 0.5 })));
    expect(Object.fromEntries(harness.server.last.query)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '450',
      resourceVersion: '100',
      labelSelector: 'a=b',
    });
  });

  it('tells what the lines of the stream say, and ends with it', async () => {
    const lines = [
      eventLine('ADDED', rawNode('a', 101)),
      eventLine('MODIFIED', rawNode('a', 102)),
      bookmarkLine(110),
      eventLine('DELETED', rawNode('a', 111)),
    ];
    harness.server.answer(endedStream(...lines));
    expect(await all(watch())).toEqual({
      events: [
        { type: 'added', object: { name: 'a', uid: 'uid-of-a', resourceVersion: '101' } },
        { type: 'modified', object: { name: 'a', uid: 'uid-of-a', resourceVersion: '102' } },
        { type: 'bookmark', resourceVersion: '110', initialEventsEnd: false },
        { type: 'deleted', object: { name: 'a', uid: 'uid-of-a', resourceVersion: '111' } },
      ],
    });
  });

  it('understands a stream that comes byte by byte, in the middle of characters too', async () => {
    const line = eventLine('ADDED', rawNode('a', 101, { greeting: 'Grüße, 世界 👋' }));
    const bytes = Buffer.from(line + bookmarkLine(102));
    harness.server.answer(endedStream(...Array.from(bytes, (byte) => Uint8Array.of(byte))));
    const { events } = await all(watch());
    expect(events).toMatchObject([
      { type: 'added', object: { labels: { greeting: 'Grüße, 世界 👋' } } },
      { type: 'bookmark', resourceVersion: '102' },
    ]);
  });

  it('leaves out a line that the end of the stream has cut short', async () => {
    harness.server.answer(endedStream(eventLine('ADDED', rawNode('a', 101)), '{"type":"ADDED","obj'));
    const { events, error } = await all(watch());
    expect(names(events)).toEqual(['a']);
    expect(error).toBeUndefined();
  });

  it('fails with connection when that breaks in the middle of a line, after what came whole', async () => {
    harness.server.answer(brokenStream(eventLine('ADDED', rawNode('a', 101)), '{"type":"ADD'));
    const { events, error } = await all(watch());
    expect(names(events)).toEqual(['a']);
    expect(error).toMatchObject({ name: 'ApiError', code: 'connection' });
  });

  it('fails with gone, whether the answer says so or an event', async () => {
    harness.server.answer(
      refusal(410, { reason: 'Expired' }),
      stream(
        eventLine('ADDED', rawNode('a', 101)),
        eventLine('ERROR', statusObject(410, { reason: 'Expired' })),
      ),
    );
    expect((await all(watch())).error).toMatchObject({ code: 'gone' });
    const { events, error } = await all(watch());
    expect(names(events)).toEqual(['a']);
    expect(error).toMatchObject({ code: 'gone', details: { reason: 'Expired' } });
  });

  it.each([
    ['server', refusal(500)],
    ['too-many-requests', refusal(429, {}, { 'retry-after': '5' })],
    ['connection', reset],
    ['forbidden', refusal(403)],
    ['server', stream(eventLine('ERROR', statusObject(500)))],
    ['server', stream(eventLine('ERROR', {}))],
    ['malformed', stream('nonsense\n')],
    ['malformed', stream('null\n')],
    ['malformed', stream(eventLine('PLOT TWIST', rawNode('a', 101)))],
    ['malformed', stream(eventLine('BOOKMARK', {}))],
    ['malformed', stream(eventLine('ADDED', { metadata: {} }))],
  ])('fails with %s, and leaves it to the caller to try again', async (code, handler) => {
    harness.server.answer(handler);
    expect((await all(watch())).error).toMatchObject({ name: 'ApiError', code });
    expect(harness.server.received).toHaveLength(1);
  });

  it('fails when a line grows beyond what is reasonable', async () => {
    harness.server.answer(stream(eventLine('ADDED', rawNode('a', 101, { big: 'x'.repeat(1000) }))));
    const cluster = harness.cluster({ watchLimits: { maxLineBytes: 500 } });
    expect((await all(watch(from100, cluster))).error).toMatchObject({ code: 'malformed' });
  });

  it('ends at once when the caller gives up, even with more in hand', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    harness.server.answer(stream(bookmarkLine(101) + bookmarkLine(102)));
    const heard: Event[] = [];
    const watched = (async () => {
      for await (const event of harness.cluster().watch(testNodes, from100, { signal })) {
        heard.push(event);
        controller.abort();
      }
    })();
    await expect(watched).rejects.toMatchObject({ code: 'aborted' });
    expect(names(heard)).toEqual(['101']);
  });

  it('lets go of its connection when the caller stops listening', async () => {
    const closed = new Promise((resolve) => {
      harness.server.answer((request, response) => {
        response.on('close', resolve);
        stream(bookmarkLine(101))(request, response);
      });
    });
    await until(watch(), 1);
    await closed;
  });
});

describe('A stream that falls silent', () => {
  it('times out after more than three minutes, which a live one has bookmarks in', async () => {
    const clock = new VirtualClock();
    harness.server.answer(stream(bookmarkLine(101)));
    const watched = watch(from100, harness.cluster({ clock }))[Symbol.asyncIterator]();
    await watched.next();
    const silent = watched.next();
    const failed = expect(silent).rejects.toMatchObject({ code: 'timeout' });
    await clock.advance(180_000);
    expect(clock.pending).toHaveLength(1);
    await clock.advance(10_000);
    await failed;
    expect(clock.pending).toEqual([]);
  });

  it('is not to blame for the time that the caller takes', async () => {
    const clock = new VirtualClock();
    harness.server.answer(endedStream(bookmarkLine(101), bookmarkLine(102)));
    const heard: Event[] = [];
    for await (const event of watch(from100, harness.cluster({ clock }))) {
      heard.push(event);
      await clock.advance(1_000_000);
    }
    expect(names(heard)).toEqual(['101', '102']);
  });

  it('times out sooner before it has begun', async () => {
    const clock = new VirtualClock();
    harness.server.answer(silence);
    const watched = all(watch(from100, harness.cluster({ clock, callTimeoutMs: 5000 })));
    await harness.server.until(1);
    await clock.advance(5000);
    expect((await watched).error).toMatchObject({ code: 'timeout' });
  });
});

describe('A watch with initial events', () => {
  const initial: WatchQuery = { initialEvents: true };

  it('asks the server to begin with what is there', async () => {
    harness.server.answer(endedStream(eventLine('ADDED', rawNode('a', 50)), bookmarkLine(100, true)));
    const { events } = await all(watch(initial));
    expect(events.at(-1)).toEqual({ type: 'bookmark', resourceVersion: '100', initialEventsEnd: true });
    const { query } = harness.server.last;
    expect(query.get('sendInitialEvents')).toBe('true');
    expect(query.get('resourceVersionMatch')).toBe('NotOlderThan');
    expect(query.has('resourceVersion')).toBe(false);
  });

  it.each([400, 422])(
    'lists, where the server answers that with %i, and watches from there',
    async (status) => {
      harness.server.answer(
        refusal(status, { reason: 'Invalid' }),
        json(rawList(100, [rawNode('a', 50)])),
        endedStream(eventLine('ADDED', rawNode('b', 101))),
      );
      const { events } = await all(watch({ ...initial, labelSelector: 'x' }));
      expect(events).toMatchObject([
        { type: 'added', object: { name: 'a' } },
        { type: 'bookmark', resourceVersion: '100', initialEventsEnd: true },
        { type: 'added', object: { name: 'b' } },
      ]);
      const { query } = harness.server.last;
      expect(query.get('resourceVersion')).toBe('100');
      expect(query.get('labelSelector')).toBe('x');
      expect(query.has('sendInitialEvents')).toBe(false);
    },
  );

  it('does not ask such a server a second time', async () => {
    const cluster = harness.cluster();
    harness.server.answer(refusal(422), json(rawList(100, [])), endedStream());
    await all(watch(initial, cluster));
    harness.server.answer(json(rawList(200, [])), endedStream());
    expect(names((await all(watch(initial, cluster))).events)).toEqual(['200']);
    const asked = harness.server.received.filter(({ query }) => query.has('sendInitialEvents'));
    expect(asked).toHaveLength(1);
  });

  it('does not hold it against the server that a selector was wrong', async () => {
    const cluster = harness.cluster();
    harness.server.answer(refusal(400), refusal(400), endedStream(bookmarkLine(100, true)));
    expect((await all(watch({ ...initial, labelSelector: 'a b' }, cluster))).error).toMatchObject({
      code: 'invalid',
    });
    expect((await all(watch(initial, cluster))).events).toHaveLength(1);
    expect(harness.server.last.query.has('sendInitialEvents')).toBe(true);
  });
});

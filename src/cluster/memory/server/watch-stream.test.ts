import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { settled } from '../virtual-clock.ts';
import type { Answer } from './answer.ts';
import { Asked, configMap, TABLE } from './testing/requests.ts';
import { streamWatch } from './watch-stream.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const FROM_NOW = '?watch=true&allowWatchBookmarks=true&timeoutSeconds=600';
const WITH_INITIAL = `${FROM_NOW}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;

interface Event {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly metadata: {
      readonly name?: string;
      readonly resourceVersion: string;
      readonly annotations?: object;
    };
    readonly rows?: readonly { readonly cells: readonly unknown[] }[];
    readonly columnDefinitions?: readonly unknown[] | null;
    readonly code?: number;
  };
}

/** A client that reads as fast as it is told to. */
class Client extends Writable {
  readonly #asked: Asked;
  readonly #release: (() => void)[] = [];
  #text = '';
  #reads = true;

  constructor(asked: Asked, query: string, accept = 'application/json') {
    super({ highWaterMark: 1_000, decodeStrings: false });
    this.#asked = asked;
    streamWatch(this, feedOf(asked.ask('GET', CONFIG_MAPS + query, { accept })), asked.clock);
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.#text += chunk;
    if (this.#reads) done();
    else this.#release.push(done);
  }

  stopReading(): void {
    this.#reads = false;
  }

  readOn(): void {
    this.#reads = true;
    for (const done of this.#release.splice(0)) done();
  }

  async events(): Promise<readonly Event[]> {
    await settled();
    await this.#asked.clock.advance(0);
    return this.#text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Event);
  }

  async told(): Promise<readonly string[]> {
    const events = await this.events();
    return events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim());
  }
}

function feedOf(answer: Answer) {
  if (answer.type !== 'watch') throw new Error(`answered with ${JSON.stringify(answer)}`);
  return answer.feed;
}

function change(asked: Asked, name: string, data: string): void {
  asked.json('PATCH', `${CONFIG_MAPS}/${name}`, {
    contentType: 'application/merge-patch+json',
    body: JSON.stringify({ data: { data } }),
  });
}

describe('A watch', () => {
  it('begins with what is there, marks the end of that, and goes on with what happens', async () => {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, configMap('old'));
    const client = new Client(asked, WITH_INITIAL);
    expect(await client.told()).toEqual(['ADDED old', 'BOOKMARK']);
    const [, bookmark] = await client.events();
    expect(bookmark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    asked.create(CONFIG_MAPS, configMap('new'));
    change(asked, 'new', '1');
    asked.json('DELETE', `${CONFIG_MAPS}/new`);
    expect((await client.told()).slice(2)).toEqual(['ADDED new', 'MODIFIED new', 'DELETED new']);
  });

  it('sends no bookmarks to whoever does not ask for them', async () => {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, configMap('old'));
    const client = new Client(asked, WITH_INITIAL.replace('allowWatchBookmarks=true', ''));
    await asked.clock.advance(120_000);
    expect(await client.told()).toEqual(['ADDED old']);
  });

  it('sends a bookmark every minute, which says how far the stream has come', async () => {
    const asked = new Asked();
    const client = new Client(asked, `${FROM_NOW}&resourceVersion=${asked.api.revision}`);
    await asked.clock.advance(59_999);
    expect(await client.told()).toEqual([]);
    asked.create('/api/v1/nodes', { metadata: { name: 'another-kind' } });
    await asked.clock.advance(60_001);
    const events = await client.events();
    expect(events.map(({ type }) => type)).toEqual(['BOOKMARK', 'BOOKMARK']);
    expect(events[0]?.object).toMatchObject({
      kind: 'ConfigMap',
      metadata: { resourceVersion: String(asked.api.revision) },
    });
  });

  it('ends when its time is up, and leaves nothing behind', async () => {
    const asked = new Asked();
    const client = new Client(asked, FROM_NOW);
    await asked.clock.advance(599_999);
    expect(client.writableEnded).toBe(false);
    await asked.clock.advance(1);
    expect(client.writableEnded).toBe(true);
    expect(client.destroyed).toBe(true);
    expect(asked.clock.pending).toEqual([]);
  });

  it('leaves nothing behind when the client goes away', async () => {
    const asked = new Asked();
    const client = new Client(asked, WITH_INITIAL);
    await client.told();
    client.destroy();
    await settled();
    expect(asked.clock.pending).toEqual([]);
    asked.create(CONFIG_MAPS, configMap('unheard'));
    expect(await client.told()).toEqual(['BOOKMARK']);
  });

  it('says Gone in the stream, and ends it, when it begins at what is forgotten', async () => {
    const asked = new Asked();
    const { revision } = asked.api;
    asked.create(CONFIG_MAPS, configMap('a'));
    asked.api.compact();
    const client = new Client(asked, `${FROM_NOW}&resourceVersion=${revision}`);
    const [event] = await client.events();
    expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    expect(client.writableEnded).toBe(true);
  });

  it('shows table rows to whoever wants a table, and the columns once', async () => {
    const asked = new Asked();
    const client = new Client(asked, WITH_INITIAL, TABLE);
    for (const name of ['a', 'b']) asked.create(CONFIG_MAPS, configMap(name));
    const events = (await client.events()).filter(({ type }) => type === 'ADDED');
    expect(events.map(({ object }) => object.rows?.[0]?.cells[0])).toEqual(['a', 'b']);
    expect(events[1]?.object.columnDefinitions).toBeNull();
  });
});

describe('A watch by a client that does not read', () => {
  async function fallenBehind(): Promise<{ asked: Asked; client: Client; seen: number }> {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, configMap('a'));
    const client = new Client(asked, `${FROM_NOW}&resourceVersion=${asked.api.revision}`);
    client.stopReading();
    for (let write = 0; write < 50; write += 1) {
      change(asked, 'a', `${write} ${'x'.repeat(1_000)}`);
      await settled();
    }
    return { asked, client, seen: client.writableLength };
  }

  it('keeps no more than the socket takes', async () => {
    const { client, seen } = await fallenBehind();
    expect(seen).toBeLessThan(5_000);
    client.readOn();
    expect(await client.told()).toHaveLength(50);
  });

  it('cuts it off after a minute', async () => {
    const { asked, client } = await fallenBehind();
    await asked.clock.advance(60_000);
    expect(client.destroyed).toBe(true);
    expect(asked.clock.pending).toEqual([]);
  });

  it('says Gone when it reads on after what it missed was forgotten', async () => {
    const { asked, client } = await fallenBehind();
    asked.api.compact();
    client.readOn();
    expect((await client.events()).at(-1)).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    expect(client.writableEnded).toBe(true);
  });
});

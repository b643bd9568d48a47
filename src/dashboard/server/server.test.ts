import { request, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { TestFleet } from '../testing/test-fleet.ts';
import type { FleetSnapshot } from '../wire.ts';
import { FleetFeed } from './feed.ts';
import { startDashboard, type DashboardOptions } from './server.ts';
import type { Access } from './token-access.ts';

const PAGE = { html: '<!doctype html>', js: 'page()', css: 'page{}' };
const NOBODY: Access = { check: () => Promise.resolve('unauthenticated'), validFor: 60_000 };

let clock: VirtualClock;
let feed: FleetFeed;
let fleet: TestFleet;
let stop: AbortController;

beforeEach(() => {
  clock = new VirtualClock();
  feed = new FleetFeed(clock);
  fleet = new TestFleet(feed);
  stop = new AbortController();
});

afterEach(() => {
  stop.abort();
});

async function start(options: Partial<DashboardOptions> = {}): Promise<number> {
  const address = { host: '127.0.0.1', port: 0 };
  const served = await startDashboard(
    { address, feed, page: PAGE, clock, access: NOBODY, ...options },
    stop.signal,
  );
  return served.address.port;
}

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** By hand, for fetch sets the Host itself. */
function ask(
  port: number,
  { path = '/', method = 'GET', headers = {} }: Asked = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers }, resolve).on('error', reject).end();
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** Reads a stream's events one after the other, without the signs of life in between. */
function eventsOf(response: IncomingMessage): () => Promise<[name: string, data: unknown]> {
  const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  let text = '';
  return async () => {
    for (;;) {
      const [, event, name = '', data = ''] = /^(?:: \n\n)*(event: (\w+)\ndata: (.*)\n\n)/.exec(text) ?? [];
      if (event !== undefined) {
        text = text.slice(text.indexOf(event) + event.length);
        return [name, JSON.parse(data)];
      }
      const next = await chunks.next();
      if (next.done === true) return ['end', undefined];
      text += next.value;
    }
  };
}

describe('The dashboard', () => {
  it('serves its page, and lets it load nothing from elsewhere', async () => {
    const port = await start();
    for (const [path, body, type] of [
      ['/', PAGE.html, 'text/html'],
      ['/page.js?x', PAGE.js, 'text/javascript'],
      ['/page.css', PAGE.css, 'text/css'],
    ] as const) {
      const response = await ask(port, { path });
      expect(response.headers['content-type']).toBe(`${type}; charset=utf-8`);
      const policy = response.headers['content-security-policy'];
      for (const directive of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
        expect(policy).toContain(directive);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(response.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      expect(await bodyOf(response)).toBe(body);
    }
  });

  it('tells of the fleet as it is, and of every change', async () => {
    const port = await start();
    feed.leads(fleet);
    fleet.set('n1', { state: 'drain-required' });
    const snapshot = JSON.parse(await bodyOf(await ask(port, { path: '/api/fleet' }))) as FleetSnapshot;
    expect(snapshot.nodes).toMatchObject([{ name: 'n1', state: 'drain-required' }]);
    const next = eventsOf(await ask(port, { path: '/api/events' }));
    expect(await next()).toMatchObject(['fleet', { nodes: [{ name: 'n1', state: 'drain-required' }] }]);
    fleet.set('n1', { state: 'upgrade-done' });
    fleet.set('n2', { state: 'upgrade-required' });
    await clock.advance(250);
    expect(await next()).toMatchObject(['change', { nodes: [{ state: 'upgrade-done' }, { name: 'n2' }] }]);
    feed.standsBy('operator-1');
    expect(await next()).toEqual(['end', undefined]);
  });

  it('says who leads where it does not', async () => {
    const port = await start();
    feed.standsBy('operator-1');
    for (const path of ['/api/fleet', '/api/events', '/api/nodes/n1']) {
      const response = await ask(port, { path });
      expect(response.statusCode).toBe(503);
      expect(JSON.parse(await bodyOf(response))).toMatchObject({ kind: 'standby', leader: 'operator-1' });
    }
  });

  it.each(['__proto__', 'constructor', '%00', '%', '..%2f..%2fetc%2fpasswd', '%3Cscript%3E', 'n1/x', ''])(
    'knows no node that is called %j, and stumbles over no name',
    async (name) => {
      const port = await start();
      feed.leads(fleet);
      const response = await ask(port, { path: `/api/nodes/${name}` });
      expect(response.statusCode).toBe(404);
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(JSON.parse(await bodyOf(response))).toMatchObject({ kind: 'not-found' });
    },
  );

  it('lets nothing be changed', async () => {
    const port = await start();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await ask(port, { method, path: '/api/fleet' });
      expect([response.statusCode, response.headers.allow]).toEqual([405, 'GET, HEAD']);
    }
  });
});

describe('On the loopback interface', () => {
  it.each(['localhost:8090', '127.0.0.1', '[::1]:1', 'LOCALHOST'])('answers to %s', async (host) => {
    expect((await ask(await start(), { headers: { host } })).statusCode).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    '10.0.0.1',
    '[::2]',
    'a@localhost',
  ])('does not answer to %s, to which a foreign page may have led a browser', async (host) => {
    const port = await start();
    for (const path of ['/', '/api/fleet'])
      expect((await ask(port, { path, headers: { host } })).statusCode).toBe(421);
  });

  it('gives no data to other sites', async () => {
    const port = await start();
    feed.leads(fleet);
    for (const [site, status] of [
      ['cross-site', 403],
      ['same-site', 403],
      ['same-origin', 200],
      ['none', 200],
    ] as const) {
      const response = await ask(port, { path: '/api/fleet', headers: { 'sec-fetch-site': site } });
      expect(response.statusCode).toBe(status);
    }
  });
});

describe('Anywhere else', () => {
  const address = { port: 0 };

  it('asks for a token before it tells anything, even that it leads; the page itself tells nothing', async () => {
    const port = await start({ address });
    feed.leads(fleet);
    expect((await ask(port)).statusCode).toBe(200);
    for (const path of ['/api/fleet', '/api/events', '/api/nodes/n1']) {
      const response = await ask(port, { path });
      expect([response.statusCode, response.headers['www-authenticate']]).toEqual([
        401,
        'Bearer realm="ofed-operator"',
      ]);
    }
  });

  it('ends the stream of who may look no more', async () => {
    let verdict = 'allowed' as Awaited<ReturnType<Access['check']>>;
    const access: Access = { check: () => Promise.resolve(verdict), validFor: 60_000 };
    const port = await start({ address, access });
    feed.leads(fleet);
    const next = eventsOf(await ask(port, { path: '/api/events' }));
    expect(await next()).toMatchObject(['fleet', {}]);
    await clock.advance(60_000);
    fleet.set('n1', { state: 'drain-required' });
    await clock.advance(250);
    expect(await next()).toMatchObject(['change', {}]);
    verdict = 'forbidden';
    await clock.advance(60_000);
    expect(await next()).toEqual(['end', undefined]);
  });
});

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { registryLookup, type ImageAnswer } from './registry.ts';

const MANIFEST = '/v2/nvidia/mofed/manifests/24.01';

/** A registry, and where it is. */
async function aRegistry(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function lookUp(image: string, timeout = 2_000): Promise<ImageAnswer> {
  return registryLookup(timeout)(image, new AbortController().signal);
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, headers).end();
}

const what = ({ method = '', url = '' }: IncomingMessage): string => `${method} ${url}`;

describe('the question whether a registry has an image', () => {
  it('is answered by the state of its manifest, which is not fetched', async () => {
    const asked: string[] = [];
    const host = await aRegistry((request, response) => {
      asked.push(what(request));
      end(response, request.url === MANIFEST ? 200 : 404);
    });
    expect(await lookUp(`${host}/nvidia/mofed:24.01`)).toEqual({ state: 'present' });
    expect(await lookUp(`${host}/nvidia/mofed:25.01`)).toEqual({ state: 'missing' });
    expect(asked).toEqual([`HEAD ${MANIFEST}`, 'HEAD /v2/nvidia/mofed/manifests/25.01']);
  });

  it('asks for the digest where the image has one, and for latest where it has nothing', async () => {
    const asked: (string | undefined)[] = [];
    const host = await aRegistry((request, response) => {
      asked.push(request.url);
      end(response, 200);
    });
    const digest = `sha256:${'0'.repeat(64)}`;
    await lookUp(`${host}/mofed:1@${digest}`);
    await lookUp(`${host}/mofed`);
    expect(asked).toEqual([`/v2/mofed/manifests/${digest}`, '/v2/mofed/manifests/latest']);
  });

  it('is asked again with the token that the registry gives to anybody', async () => {
    const host = await aRegistry((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
      if (pathname === '/token') {
        const token = `${searchParams.get('service') ?? ''} ${searchParams.get('scope') ?? ''}`;
        response.end(JSON.stringify({ token }));
      } else if (request.headers.authorization === 'Bearer registry repository:nvidia/mofed:pull')
        end(response, 200);
      else
        end(response, 401, {
          'www-authenticate': `Bearer realm="http://${host}/token",service="registry",scope="repository:nvidia/mofed:pull"`,
        });
    });
    expect(await lookUp(`${host}/nvidia/mofed:24.01`)).toEqual({ state: 'present' });
  });

  it.each([
    ['gives no token to anybody', (host: string) => `Bearer realm="http://${host}/none"`],
    ['answers with something else than a token', (host: string) => `Bearer realm="http://${host}/page"`],
    ['names no realm', () => 'Bearer service="registry"'],
    ['names a realm of another scheme', () => 'Bearer realm="file:///etc/passwd"'],
    ['wants a password', () => 'Basic realm="registry"'],
  ])('stays open where a registry %s', async (_, challenge) => {
    const host = await aRegistry((request, response) => {
      if (request.url === '/page') response.end('<html>');
      else if (request.url === '/none') end(response, 403);
      else end(response, 401, { 'www-authenticate': challenge(host) });
    });
    expect(await lookUp(`${host}/nvidia/mofed:24.01`)).toEqual({
      state: 'unknown',
      why: `${host} wants credentials, which are not used here`,
    });
  });

  it('goes where the registry sends it, and takes only what is said there for an answer', async () => {
    const behind = await aRegistry((request, response) => {
      if (request.url === '/token') response.end(JSON.stringify({ access_token: 'open' }));
      else if (request.headers.authorization === 'Bearer open')
        end(response, request.url === MANIFEST ? 200 : 404);
      else end(response, 401, { 'www-authenticate': `Bearer realm="http://${behind}/token"` });
    });
    const front = await aRegistry((request, response) => {
      end(response, 307, { location: `http://${behind}${request.url ?? ''}` });
    });
    expect(await lookUp(`${front}/nvidia/mofed:24.01`)).toEqual({ state: 'present' });
    expect(await lookUp(`${front}/nvidia/mofed:25.01`)).toEqual({ state: 'missing' });
  });

  it('does not go round in circles', async () => {
    let asked = 0;
    const host = await aRegistry((request, response) => {
      asked += 1;
      end(response, 307, { location: request.url ?? '' });
    });
    expect(await lookUp(`${host}/nvidia/mofed:24.01`)).toMatchObject({ state: 'unknown' });
    expect(asked).toBeLessThan(10);
  });

  it.each([403, 429, 500])('stays open where the answer is %i, and says so', async (status) => {
    const host = await aRegistry((_, response) => {
      end(response, status);
    });
    const answer = await lookUp(`${host}/nvidia/mofed:24.01`);
    expect(answer).toMatchObject({ state: 'unknown' });
    expect(answer).toHaveProperty('why', expect.stringContaining(host));
  });

  it('stays open where nobody answers in time, or at all', async () => {
    const silent = await aRegistry(() => undefined);
    expect(await lookUp(`${silent}/nvidia/mofed:24.01`, 50)).toEqual({
      state: 'unknown',
      why: `${silent} cannot be reached from here: no answer in time`,
    });
    expect(await lookUp('127.0.0.1:1/nvidia/mofed:24.01')).toMatchObject({
      state: 'unknown',
      why: expect.stringMatching(/^127\.0\.0\.1:1 cannot be reached from here: /) as string,
    });
  });

  it('ends when it is given up', async () => {
    const host = await aRegistry(() => undefined);
    const giveUp = new AbortController();
    const asking = registryLookup()(`${host}/nvidia/mofed:24.01`, giveUp.signal);
    giveUp.abort(new Error('given up'));
    await expect(asking).rejects.toThrow();
  });

  it('is not put where the name is none of an image', async () => {
    expect(await lookUp('example.com/UPPER/../x:1')).toEqual({
      state: 'unknown',
      why: 'its name is not one of an image',
    });
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Reader, Refusal } from './api.ts';

let server: Server | undefined;
let reader: Reader | undefined;

afterEach(async () => {
  await reader?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A server that gives one answer after the other, `cut` being none, and then the last one for ever. */
async function readerOf(
  ...answers: readonly (number | 'cut')[]
): Promise<{ reader: Reader; asked: () => number }> {
  let asked = 0;
  const listening = createServer((_request, response) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    if (answer === 'cut') response.destroy();
    else response.writeHead(answer ?? 500).end('{"read":true}');
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  reader = new Reader({ server: `http://127.0.0.1:${port}`, ca: '', token: '' });
  return { reader, asked: () => asked };
}

it('reads again as long as the server is away, starts, or is busy', async () => {
  const { reader, asked } = await readerOf('cut', 503, 429, 403, 200);
  expect(await reader.get('/')).toEqual({ read: true });
  expect(asked()).toBe(5);
});

it('takes a refusal for an answer', async () => {
  const { reader, asked } = await readerOf(410);
  await expect(reader.get('/')).rejects.toBeInstanceOf(Refusal);
  expect(asked()).toBe(1);
});

it('gives up when it is closed', async () => {
  const { reader, asked } = await readerOf(503);
  const read = reader.get('/');
  const given = expect(read).rejects.toThrow();
  while (asked() === 0) await new Promise((resolve) => setImmediate(resolve));
  await reader.close();
  await given;
});

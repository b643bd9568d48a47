import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Chunks } from './chunks.ts';

function written(...parts: readonly string[]): PassThrough {
  const stream = new PassThrough();
  for (const part of parts) stream.write(part);
  return stream;
}

async function text(chunks: Chunks): Promise<string> {
  let read = '';
  for await (const chunk of chunks) read += chunk.toString();
  return read;
}

describe('The chunks of a stream', () => {
  it('come in turn, until its end', async () => {
    const stream = written('one ', 'two ');
    const all = text(new Chunks(stream));
    await new Promise(setImmediate);
    stream.end('three');
    expect(await all).toBe('one two three');
  });

  it('all come before its failure', async () => {
    const stream = written('one ');
    const chunks = new Chunks(stream);
    await new Promise(setImmediate);
    stream.destroy(new Error('broken'));
    expect((await chunks.next()).value?.toString()).toBe('one ');
    await expect(chunks.next()).rejects.toThrow('broken');
  });

  it('end when it is closed before its end', async () => {
    const stream = written();
    const next = new Chunks(stream).next();
    stream.destroy();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('wait at the sender when nobody reads them', async () => {
    const mebibyte = Buffer.alloc(1024 * 1024);
    const stream = new PassThrough();
    const chunks = new Chunks(stream);
    for (let count = 0; count < 4; count += 1) stream.write(mebibyte);
    await new Promise(setImmediate);
    expect(stream.isPaused()).toBe(true);
    let bytes = 0;
    while (bytes < 4 * mebibyte.length) {
      const { value } = await chunks.next();
      bytes += value?.length ?? 0;
    }
    expect(stream.isPaused()).toBe(false);
  });

  it('let go of it when nobody wants more', async () => {
    const stream = written('one', 'two');
    for await (const chunk of new Chunks(stream)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(stream.destroyed).toBe(true);
  });

  it('keep a failure that nobody waits for to themselves', async () => {
    const stream = written();
    const chunks = new Chunks(stream);
    stream.destroy(new Error('broken'));
    await new Promise(setImmediate);
    await expect(chunks.next()).rejects.toThrow('broken');
  });
});

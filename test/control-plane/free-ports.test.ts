import { createServer } from 'node:net';

import { describe, expect, it } from 'vitest';

import { freePorts, untilFree } from './free-ports.ts';

describe('free ports', () => {
  it('differ, can be listened on, and are not those of outgoing connections', async () => {
    const ports = await freePorts(5);
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) {
      expect(port).toBeLessThan(32_768);
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
      });
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('are waited for', async () => {
    const [port = 0] = await freePorts(1);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    let isOpen = true;
    const free = untilFree(port).then(() => {
      expect(isOpen).toBe(false);
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    isOpen = false;
    server.close();
    await free;
  });
});

import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { MetricsServerOptions } from './metrics-server.ts';

let cleanUp: AbortController[] = [];

afterEach(() => {
  for (const controller of cleanUp) {
    controller.abort();
  }
  cleanUp = [];
});

async function start(options: Partial<MetricsServerOptions> = {}) {
  const controller = new AbortController();
  cleanUp.push(controller);
  const { address } = await startMetricsServer(
    {
      address: { host: '127.0.0.1', port: 0 },
      metrics: createMetrics(),
      healthy: () => true,
      ready: () => true,
      ...options,
    },
    controller.signal,
  );
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, controller };
}

describe('the metrics server', () => {
  it('serves the metrics as Prometheus reads them', async () => {
    const metrics = createMetrics();
    metrics.countDecision();
    const { url } = await start({ metrics });
    const response = await fetch(`${url}/metrics?x=1`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('ofed_operator_decisions_total 1');
  });

  it('answers for health and readiness as they are at that moment', async () => {
    let ready = false;
    const { url } = await start({ ready: () => ready });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const before = await fetch(`${url}/readyz`);
    expect([before.status, await before.text()]).toEqual([503, 'not ready\n']);
    ready = true;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('knows no other path, and no other method than GET and HEAD', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/constructor`)).status).toBe(404);
    const post = await fetch(`${url}/metrics`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${url}/healthz`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('answers 500, and lives on, when the metrics cannot be rendered', async () => {
    const { url } = await start({
      metrics: { contentType: 'text/plain', render: () => Promise.reject(new Error('broken')) },
    });
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('refuses headers beyond any sensible length', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/healthz`, { headers: { 'x-long': 'x'.repeat(10_000) } });
    expect(response.status).toBe(431);
  });

  it('closes with the signal, open connections included', async () => {
    const { port, controller } = await start();
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    controller.abort();
    await closed;
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it('says so when the port is taken', async () => {
    const { port } = await start();
    await expect(start({ address: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

import { afterEach, beforeEach } from 'vitest';
import type { Cluster } from '../../port.ts';
import { systemClock } from '../../clock.ts';
import type { Connection } from '../connection.ts';
import { createHttpCluster, type HttpClusterOptions } from '../http-cluster.ts';
import { TestServer } from './test-server.ts';

/** What a test of the HTTP backend works with: a server of its own, and clients that are closed after it. */
export class Harness {
  #server: TestServer | undefined;
  readonly #open: { close(): Promise<void> }[] = [];

  get server(): TestServer {
    if (this.#server === undefined) throw new Error('the server runs only during a test');
    return this.#server;
  }

  async start(): Promise<void> {
    this.#server = await TestServer.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((cluster) => cluster.close()));
    await this.#server?.stop();
  }

  cluster(options: Partial<HttpClusterOptions> = {}): Cluster & { close(): Promise<void> } {
    const cluster = createHttpCluster({
      connection: connectionTo(this.server.url),
      fieldManager: 'tester',
      userAgent: 'test/1',
      clock: systemClock,
      // The shortest waits there are.
      random: () => 0.999,
      ...options,
    });
    this.#open.push(cluster);
    return cluster;
  }
}

export function useHarness(): Harness {
  const harness = new Harness();
  beforeEach(() => harness.start());
  afterEach(() => harness.stop());
  return harness;
}

export function connectionTo(url: string, more: Partial<Connection> = {}): Connection {
  return {
    server: new URL(url),
    description: 'a test server',
    tls: {},
    authorization: () => Promise.resolve('Bearer s3cret'),
    ...more,
  };
}

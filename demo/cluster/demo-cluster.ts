import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/cluster/clock.ts';
import { createApiServer } from '../../src/cluster/memory/api/api-server.ts';
import type { ApiServer } from '../../src/cluster/memory/api/types.ts';
import { startMachines, type BehaviourOf, type Machines } from '../../src/cluster/memory/machines/index.ts';
import { scaledClock } from '../../src/cluster/memory/scaled-clock.ts';
import { serveCluster } from '../../src/cluster/memory/server/index.ts';
import { Random } from '../../src/cluster/memory/random.ts';

export interface DemoCluster {
  readonly api: ApiServer;
  readonly machines: Machines;
  readonly url: string;
  /** Holds the token without which nobody gets in; only this user may read it. */
  readonly kubeconfig: string;
  /** For whatever else is to be gone in the end. */
  readonly directory: string;
  /** Ends it and deletes its files. */
  close(): Promise<void>;
}

export interface ClusterOptions {
  /** How many times as fast as this machine's clock the cluster's goes. */
  readonly speed: number;
  readonly seed: number;
  readonly behaviourOf: BehaviourOf;
}

/** A cluster in this process, served on a loopback address. */
export async function startCluster({ speed, seed, behaviourOf }: ClusterOptions): Promise<DemoCluster> {
  const random = new Random(seed);
  const [names, delays] = [random.fork('api'), random.fork('machines')];
  const api = createApiServer({
    clock: scaledClock({ base: systemClock, speed }),
    random: () => names.next(),
  });
  const machines = startMachines({ api, random: () => delays.next(), behaviourOf });
  const token = randomBytes(24).toString('base64url');
  const server = await serveCluster({ api, token });
  const directory = mkdtempSync(join(tmpdir(), 'ofed-operator-demo-'));
  const discard = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  // However this process ends, the token does not stay behind.
  process.once('exit', discard);
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig(), { mode: 0o600 });
  return {
    api,
    machines,
    url: server.url,
    kubeconfig,
    directory,
    close: async () => {
      machines.stop();
      await server.close();
      discard();
    },
  };
}

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../cluster/clock.ts';
import { createLogger } from '../operator/log.ts';
import type { Logger } from '../operator/log.ts';
import { createMetrics } from '../operator/metrics.ts';
import type { Metrics } from '../operator/metrics.ts';
import { startMetricsServer } from '../operator/metrics-server.ts';
import { runOperator } from '../operator/run.ts';
import { connect } from './connect.ts';
import type { RunOptions } from './run.ts';
import { listenForShutdown } from './shutdown.ts';
import { UsageError } from './usage-error.ts';
import { VERSION } from './version.ts';

/** Does `ofed-operator run`: sets the operator up and runs it until the process is told to end. */
export async function runUntilTold(options: RunOptions): Promise<number> {
  const identity = `${hostname()}_${randomBytes(4).toString('hex')}`;
  const log = createLogger({ level: options.logLevel });
  log.info({ version: VERSION, identity, namespace: options.namespace }, 'starting');
  const metrics = createMetrics();
  const cluster = await connect({
    kubeconfig: options.kubeconfig,
    log,
    onRequest: (request) => {
      metrics.countApiRequest(request);
    },
  });
  const { signal } = listenForShutdown(log);
  try {
    await serveMetrics(options, { metrics, log, signal });
    const { namespace, initImage } = options;
    await runOperator({ cluster, clock: systemClock, log, metrics, namespace, initImage, identity }, signal);
  } finally {
    await cluster.close();
  }
  log.info({ identity }, 'ended');
  return 0;
}

async function serveMetrics(
  { metricsAddress }: RunOptions,
  { metrics, log, signal }: { readonly metrics: Metrics; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  if (metricsAddress === undefined) {
    return;
  }
  const healthy = (): boolean => !signal.aborted;
  const { address } = await startMetricsServer(
    { address: metricsAddress, metrics, healthy, ready: healthy },
    signal,
  ).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`metrics cannot be served: ${reason}`, { cause: error });
  });
  log.info({ host: address.host, port: address.port }, 'serving metrics');
}

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../cluster/clock.ts';
import { createLogger } from '../operator/telemetry/log.ts';
import { createMetrics } from '../operator/telemetry/metrics.ts';
import type { ApiRequest, Metrics } from '../operator/telemetry/metrics.ts';
import { startMetricsServer } from '../operator/telemetry/metrics-server.ts';
import type { MetricsServer } from '../operator/telemetry/metrics-server.ts';
import { harmless } from '../operator/observer.ts';
import { runReplica } from '../operator/leadership/replica.ts';
import { connect } from './connect.ts';
import { keepMemorySmall } from './memory.ts';
import type { RunOptions } from './run.ts';
import { serveDashboard } from './serve-dashboard.ts';
import { listenForShutdown } from './shutdown.ts';
import { UsageError } from './usage-error.ts';
import { VERSION } from './version.ts';

/** Does `ofed-operator run`: sets the operator up, and leads or stands by until the process is told to end. */
export async function runUntilTold(options: RunOptions): Promise<number> {
  keepMemorySmall();
  const { namespace, initImage } = options;
  const identity = options.identity ?? `${hostname()}_${randomBytes(4).toString('hex')}`;
  const log = createLogger({ level: options.logLevel });
  const metrics = createMetrics();
  const onRequest = (request: ApiRequest): void => {
    metrics.countApiRequest(request);
  };
  const { cluster, about } = await connect({ kubeconfig: options.kubeconfig, log, onRequest });
  const { signal } = listenForShutdown(log);
  let ready = (): boolean => false;
  const served = await serveMetrics(options, { metrics, signal, ready: () => ready() });
  const dashboard = await serveDashboard(options.dashboardAddress, { cluster, log, signal });
  // Only now: until here, what is wrong is said in the one line of a usage error.
  log.info(
    { version: VERSION, identity, namespace, ...about, metrics: served, dashboard: dashboard?.address },
    'starting',
  );
  try {
    const onHealth = (isReady: () => boolean): void => {
      ready = isReady;
    };
    const observer = dashboard === undefined ? {} : { observer: harmless(dashboard.feed, log) };
    await runReplica(
      { cluster, clock: systemClock, log, metrics, namespace, initImage, identity, onHealth, ...observer },
      signal,
    );
  } finally {
    await cluster.close();
  }
  log.info({ identity }, 'ended');
  return 0;
}

/** @returns where they are served, if they are */
async function serveMetrics(
  { metricsAddress: address }: RunOptions,
  {
    metrics,
    signal,
    ready,
  }: { readonly metrics: Metrics; readonly signal: AbortSignal; readonly ready: () => boolean },
): Promise<MetricsServer['address'] | undefined> {
  if (address === undefined) {
    return undefined;
  }
  const healthy = (): boolean => !signal.aborted;
  try {
    return (
      await startMetricsServer({ address, metrics, healthy, ready: () => healthy() && ready() }, signal)
    ).address;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`metrics cannot be served: ${reason}`, { cause: error });
  }
}

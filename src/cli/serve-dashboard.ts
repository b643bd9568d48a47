import { systemClock } from '../cluster/clock.ts';
import type { Cluster } from '../cluster/port.ts';
import { FleetFeed } from '../dashboard/server/feed.ts';
import { startDashboard, type DashboardServer } from '../dashboard/server/server.ts';
import { TokenAccess } from '../dashboard/server/token-access.ts';
import type { ListenAddress } from '../operator/telemetry/listen-address.ts';
import type { Logger } from '../operator/telemetry/log.ts';
import { DASHBOARD_PAGE } from './dashboard-page.ts';
import { UsageError } from './usage-error.ts';

export interface ServeOptions {
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface ServedDashboard extends DashboardServer {
  /** To be told of what the operator does. */
  readonly feed: FleetFeed;
}

/**
 * Serves the dashboard, if it is asked for.
 *
 * @throws UsageError if the address cannot be had
 */
export async function serveDashboard(
  address: ListenAddress | undefined,
  { cluster, log, signal }: ServeOptions,
): Promise<ServedDashboard | undefined> {
  if (address === undefined) return undefined;
  const clock = systemClock;
  const feed = new FleetFeed(clock);
  const access = new TokenAccess({ cluster, clock, log });
  try {
    const server = await startDashboard({ address, feed, page: DASHBOARD_PAGE, clock, access }, signal);
    return { ...server, feed };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the dashboard cannot be served: ${reason}`, { cause: error });
  }
}

import { systemClock } from '../cluster/clock.ts';
import { ConnectionError } from '../cluster/http/connection.ts';
import { createHttpCluster } from '../cluster/http/http-cluster.ts';
import type { HttpClusterOptions } from '../cluster/http/http-cluster.ts';
import { loadConnection } from '../cluster/http/load-connection.ts';
import { FIELD_MANAGER } from '../contract/keys.ts';
import type { Logger } from '../operator/telemetry/log.ts';
import { UsageError } from './usage-error.ts';
import { VERSION } from './version.ts';

export interface ConnectOptions {
  readonly kubeconfig: string | undefined;
  readonly log: Logger;
  readonly onRequest?: HttpClusterOptions['onRequest'];
}

export interface Connected {
  readonly cluster: ReturnType<typeof createHttpCluster>;
  /** Which cluster it is and how that was found out, for the log. */
  readonly about: { readonly server: string; readonly from: string };
}

/**
 * Finds out how to reach the cluster. Nothing is sent yet.
 *
 * @throws UsageError if there is no way to, or the kubeconfig cannot be used
 */
export async function connect({ kubeconfig, log, onRequest }: ConnectOptions): Promise<Connected> {
  const connection = await loadConnection({ kubeconfig, env: process.env }).catch((error: unknown) => {
    throw error instanceof ConnectionError ? new UsageError(error.message, { cause: error }) : error;
  });
  const cluster = createHttpCluster({
    connection,
    fieldManager: FIELD_MANAGER,
    userAgent: `${FIELD_MANAGER}/${VERSION}`,
    clock: systemClock,
    log,
    ...(onRequest === undefined ? {} : { onRequest }),
  });
  return { cluster, about: { server: connection.server.href, from: connection.description } };
}

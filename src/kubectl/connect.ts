import { openInBrowser } from '../cli/open-in-browser.ts';
import { VERSION } from '../cli/version.ts';
import { systemClock } from '../cluster/clock.ts';
import { createHttpCluster } from '../cluster/http/http-cluster.ts';
import { loadConnection } from '../cluster/http/load-connection.ts';
import { registryLookup } from './gather/registry.ts';
import { forwardByKubectl } from './support/port-forward.ts';
import { readLogByKubectl } from './support/kubectl-log.ts';
import type { Connection, GlobalOptions } from './session.ts';

/**
 * By this name the API server keeps account of what is written here. As it begins with that of kubectl, a cordon would count as a person's,
 * which it is.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
const FIELD_MANAGER = 'kubectl-ofed';

/**
 * Finds out how to reach the cluster, as kubectl does. Nothing is sent yet.
 *
 * @throws ConnectionError
 */
export async function connect(options: GlobalOptions): Promise<Connection> {
  const { kubeconfig, context } = options;
  const connection = await loadConnection({ kubeconfig, context, env: process.env });
  const cluster = createHttpCluster({
    connection,
    fieldManager: FIELD_MANAGER,
    userAgent: `${FIELD_MANAGER}/${VERSION}`,
    clock: systemClock,
  });
  return {
    cluster,
    readLog: readLogByKubectl(options),
    askForImage: registryLookup(),
    forward: forwardByKubectl(options),
    openInBrowser,
    close: () => cluster.close(),
  };
}

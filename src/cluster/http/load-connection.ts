import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { systemClock, type Clock } from '../clock.ts';
import { ConnectionError, type Connection } from './connection.ts';
import { inClusterConnection, isInCluster, SERVICE_ACCOUNT_DIRECTORY } from './in-cluster.ts';
import { kubeconfigConnection } from './kubeconfig.ts';

export interface LoadConnectionOptions {
  /** The kubeconfig file to use, and no other. */
  readonly kubeconfig?: string | undefined;
  /** The context to use. As only kubeconfigs have any, it also says that one is meant. */
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How old a token is, is judged by this one. */
  readonly clock?: Clock;
  /** Where a pod's credentials are. */
  readonly serviceAccountDirectory?: string;
}

/**
 * Finds out how to reach the cluster: by the kubeconfig given; else, in a pod, its own cluster; else by the kubeconfigs of
 * $KUBECONFIG; else by ~/.kube/config.
 *
 * @throws ConnectionError
 */
export async function loadConnection(options: LoadConnectionOptions): Promise<Connection> {
  const { kubeconfig, context, env, clock = systemClock } = options;
  const directory = options.serviceAccountDirectory ?? SERVICE_ACCOUNT_DIRECTORY;
  if (kubeconfig === undefined && context === undefined && isInCluster(env, directory)) {
    return inClusterConnection(env, directory, clock);
  }
  const paths = kubeconfig === undefined ? defaultPaths(env) : [kubeconfig];
  const connection = await kubeconfigConnection({ paths, context, clock });
  if (connection !== undefined) return connection;
  if (kubeconfig !== undefined) throw new ConnectionError(`There is no kubeconfig ${kubeconfig}`);
  throw new ConnectionError(
    `No cluster to talk to: this is not a pod with a ServiceAccount, and there is no kubeconfig ${paths.join(' or ')}. ` +
      'Give one with --kubeconfig.',
  );
}

function defaultPaths(env: LoadConnectionOptions['env']): readonly string[] {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  return listed.length > 0 ? listed : [join(env.HOME ?? homedir(), '.kube', 'config')];
}

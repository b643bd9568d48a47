import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { ConnectionError, type Connection } from './connection.ts';
import { tokenFileAuthorization } from './token-file.ts';

/** Where Kubernetes puts a pod's credentials. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether this process runs in a pod that has credentials of its own. */
export function isInCluster(env: Environment, directory: string): boolean {
  return (
    Boolean(env.KUBERNETES_SERVICE_HOST) &&
    Boolean(env.KUBERNETES_SERVICE_PORT) &&
    existsSync(join(directory, 'token'))
  );
}

/**
 * The API server of the cluster that this process runs in, as its pod's ServiceAccount.
 *
 * @throws ConnectionError
 */
export function inClusterConnection(env: Environment, directory: string, clock: Clock): Connection {
  return {
    server: serverOf(env.KUBERNETES_SERVICE_HOST ?? '', env.KUBERNETES_SERVICE_PORT ?? ''),
    description: 'the cluster that this pod runs in',
    tls: { ca: readCa(join(directory, 'ca.crt')) },
    authorization: tokenFileAuthorization(join(directory, 'token'), clock),
  };
}

function serverOf(host: string, port: string): URL {
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(server)) {
    throw new ConnectionError(
      'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not a host and a port',
    );
  }
  return new URL(server);
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ConnectionError(`The cluster's CA certificate ${path} cannot be read`);
  }
}

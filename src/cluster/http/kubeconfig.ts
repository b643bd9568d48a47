import { createSecureContext } from 'node:tls';
import type { Clock } from '../clock.ts';
import { ConnectionError, type Connection, type TlsOptions } from './connection.ts';
import { Entry, readKubeconfigFile } from './kubeconfig-file.ts';
import type {
  KubeconfigCluster,
  KubeconfigContext,
  KubeconfigFile,
  KubeconfigUser,
} from './kubeconfig-schema.ts';
import { userCredentials } from './user-credentials.ts';

export interface KubeconfigOptions {
  /** The files to merge: for each entry the first file that has it counts. */
  readonly paths: readonly string[];
  /** Which context; absent: the files' current one. */
  readonly context?: string | undefined;
  readonly clock: Clock;
}

/**
 * The API server that a kubeconfig's context names, as its user. Files that are not there are passed over.
 *
 * @returns undefined if none of the files is there
 * @throws ConnectionError
 */
export async function kubeconfigConnection(options: KubeconfigOptions): Promise<Connection | undefined> {
  const files = options.paths.flatMap((path) => {
    const file = readKubeconfigFile(path);
    return file === undefined ? [] : [{ path, file }];
  });
  const [first] = files;
  if (first === undefined) return undefined;
  const config = new Merged(files);
  const name = options.context ?? config.currentContext;
  if (name === undefined)
    throw new ConnectionError(`${first.path}: no current-context is set; choose one with --context`);
  const context = config.context(name);
  return await connect(config, context, { ...options, description: `context "${name}" of ${first.path}` });
}

async function connect(
  config: Merged,
  context: Entry<KubeconfigContext>,
  { clock, description }: { readonly clock: Clock; readonly description: string },
): Promise<Connection> {
  const cluster = config.cluster(context);
  const user = config.user(context);
  const server = serverOf(cluster);
  const serverTls = serverTlsOf(cluster);
  const credentials = await userCredentials(user, { server, tls: serverTls, clock });
  const tls = { ...serverTls, ...credentials.tls };
  checkTls(tls, user ?? cluster);
  return { server, description, tls, authorization: credentials.authorization };
}

interface Source {
  readonly path: string;
  readonly file: KubeconfigFile;
}

class Merged {
  readonly #sources: readonly Source[];

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  get currentContext(): string | undefined {
    return this.#sources.map(({ file }) => file['current-context']).find((name) => name !== undefined);
  }

  context(name: string): Entry<KubeconfigContext> {
    const found = this.#find(
      name,
      'contexts',
      (file) => file.contexts.find((entry) => entry.name === name)?.context,
    );
    if (found !== undefined) return found;
    const paths = this.#sources.map(({ path }) => path).join(', ');
    throw new ConnectionError(`${paths}: there is no context "${name}"`);
  }

  cluster(context: Entry<KubeconfigContext>): Entry<KubeconfigCluster> {
    const name = context.value.cluster;
    if (name === undefined) throw context.error('is missing', 'cluster');
    const found = this.#find(
      name,
      'clusters',
      (file) => file.clusters.find((entry) => entry.name === name)?.cluster,
    );
    if (found === undefined) throw context.error(`names a cluster that is not there: "${name}"`, 'cluster');
    return found;
  }

  /** Undefined if the context names no user. */
  user(context: Entry<KubeconfigContext>): Entry<KubeconfigUser> | undefined {
    const name = context.value.user;
    if (name === undefined) return undefined;
    const found = this.#find(name, 'users', (file) => file.users.find((entry) => entry.name === name)?.user);
    if (found === undefined) throw context.error(`names a user that is not there: "${name}"`, 'user');
    return found;
  }

  #find<T>(
    name: string,
    section: string,
    pick: (file: KubeconfigFile) => T | undefined,
  ): Entry<T> | undefined {
    for (const { path, file } of this.#sources) {
      const value = pick(file);
      if (value !== undefined) return new Entry(value, path, `${section}["${name}"]`);
    }
    return undefined;
  }
}

function serverOf(cluster: Entry<KubeconfigCluster>): URL {
  const { server } = cluster.value;
  if (server === undefined) throw cluster.error('is missing', 'server');
  if (cluster.value['proxy-url'] !== undefined) throw cluster.error('is not supported', 'proxy-url');
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw cluster.error('is not an http or https URL', 'server');
  return url;
}

function serverTlsOf(cluster: Entry<KubeconfigCluster>): TlsOptions {
  const ca = cluster.pem('certificate-authority-data', 'certificate-authority');
  const serverName = cluster.value['tls-server-name'];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(cluster.value['insecure-skip-tls-verify'] ? { insecure: true } : {}),
  };
}

// Told now, with a name, instead of at the first request with a code from OpenSSL.
function checkTls(
  { ca, cert, key }: TlsOptions,
  entry: Entry<KubeconfigUser> | Entry<KubeconfigCluster>,
): void {
  try {
    createSecureContext({ ca, cert, key });
  } catch {
    throw entry.error('has certificates or a key that cannot be used, or that do not belong together');
  }
}

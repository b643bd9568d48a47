import type { RequestOptions } from 'node:https';
import { Kept } from './kept.ts';
import type { Entry } from './kubeconfig-file.ts';
import type { KubeconfigUser } from './kubeconfig-schema.ts';
import type { Credentials, CredentialsOptions } from './credentials.ts';

/**
 * Credentials that another program or an identity provider makes. A client certificate that it gives is used until this process
 * ends; a token is asked for anew as it gets old.
 *
 * @throws ConnectionError
 */
export async function externalCredentials(
  user: Entry<KubeconfigUser>,
  options: CredentialsOptions,
): Promise<Credentials> {
  const made = new Kept(() => make(user, options), options.clock);
  const { cert, key } = await made.read(false);
  return {
    tls: { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) },
    authorization: async (fresh) => (await made.read(fresh)).authorization,
  };
}

interface Made {
  readonly authorization: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

async function make(user: Entry<KubeconfigUser>, options: CredentialsOptions): Promise<Made> {
  try {
    const { headers, cert, key } = await ask(user, options);
    return { authorization: authorizationOf(headers), cert: pemOf(cert), key: pemOf(key) };
  } catch (error) {
    throw user.error(`gave no credentials (${codeOf(error)})`, user.value.exec ? 'exec' : 'auth-provider');
  }
}

async function ask(
  user: Entry<KubeconfigUser>,
  { server, tls }: CredentialsOptions,
): Promise<RequestOptions> {
  // Large, and needed for nothing else: loaded only by those who have such a kubeconfig.
  const { KubeConfig } = await import('./client-node.ts');
  const config = new KubeConfig();
  const cluster = {
    name: 'cluster',
    server: server.href,
    skipTLSVerify: tls.insecure === true,
    ...(tls.ca === undefined ? {} : { caData: Buffer.from(tls.ca).toString('base64') }),
  };
  config.loadFromClusterAndUser(cluster, {
    name: 'user',
    exec: withPath(user),
    authProvider: user.value['auth-provider'] ?? undefined,
  });
  const request: RequestOptions = {};
  await config.applyToHTTPSOptions(request);
  return request;
}

// A command with a slash in it is relative to the kubeconfig, one without is looked up in PATH.
function withPath(user: Entry<KubeconfigUser>): object | undefined {
  const { exec } = user.value;
  if (!exec) return undefined;
  return exec.command.includes('/') ? { ...exec, command: user.path(exec.command) } : exec;
}

function authorizationOf(headers: RequestOptions['headers']): string | undefined {
  const value = headers !== undefined && 'Authorization' in headers ? headers.Authorization : undefined;
  return typeof value === 'string' ? value : undefined;
}

function pemOf(value: RequestOptions['cert'] | RequestOptions['key']): string | undefined {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}

// Not the message: it may be all that the program printed.
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'it failed';
}

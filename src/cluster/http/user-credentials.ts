import type { Clock } from '../clock.ts';
import type { Connection } from './connection.ts';
import type { Credentials, CredentialsOptions } from './credentials.ts';
import { externalCredentials } from './external-credentials.ts';
import type { Entry } from './kubeconfig-file.ts';
import type { KubeconfigUser } from './kubeconfig-schema.ts';
import { tokenFileAuthorization } from './token-file.ts';

/**
 * The credentials that a kubeconfig has for a user; none for nobody.
 *
 * @throws ConnectionError
 */
export async function userCredentials(
  user: Entry<KubeconfigUser> | undefined,
  options: CredentialsOptions,
): Promise<Credentials> {
  if (user === undefined) return { tls: {}, authorization: () => Promise.resolve(undefined) };
  if (user.value.as !== undefined) throw user.error('is not supported', 'as');
  if (user.value.exec || user.value['auth-provider']) return await externalCredentials(user, options);
  return { tls: clientCertificate(user), authorization: authorization(user, options.clock) };
}

function clientCertificate(user: Entry<KubeconfigUser>): Credentials['tls'] {
  const cert = user.pem('client-certificate-data', 'client-certificate');
  const key = user.pem('client-key-data', 'client-key');
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined) throw user.error('is missing, but there is a client-key', 'client-certificate');
  if (key === undefined) throw user.error('is missing, but there is a client-certificate', 'client-key');
  return { cert, key };
}

function authorization(user: Entry<KubeconfigUser>, clock: Clock): Connection['authorization'] {
  const { token, tokenFile } = user.value;
  // As kubectl has it: the file, if there is one, counts for more than the token beside it.
  if (tokenFile !== undefined) return tokenFileAuthorization(user.path(tokenFile), clock);
  const header = token === undefined ? basic(user.value) : `Bearer ${token}`;
  return () => Promise.resolve(header);
}

function basic({ username, password }: KubeconfigUser): string | undefined {
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

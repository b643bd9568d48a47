import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** Keys with which the API server signs and checks ServiceAccount tokens. */
export interface ServiceAccountKeys {
  readonly privateKey: string;
  readonly publicKey: string;
}

export function serviceAccountKeys(): ServiceAccountKeys {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

export function randomToken(): string {
  return randomBytes(24).toString('hex');
}

/** A user whom the API server knows by a fixed token. */
export interface TokenUser {
  readonly name: string;
  readonly token: string;
  readonly groups: readonly string[];
}

/** The file for `--token-auth-file`. */
export function tokenFile(users: readonly TokenUser[]): string {
  return users.map((user) => `${user.token},${user.name},${user.name},"${user.groups.join(',')}"\n`).join('');
}

/** A kubeconfig, as JSON, which is YAML too. */
export function kubeconfig(access: { server: string; caFile: string; token: string; user: string }): string {
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'ofed-test', cluster: { server: access.server, 'certificate-authority': access.caFile } },
      ],
      users: [{ name: access.user, user: { token: access.token } }],
      contexts: [{ name: 'ofed-test', context: { cluster: 'ofed-test', user: access.user } }],
      'current-context': 'ofed-test',
    },
    null,
    2,
  );
}

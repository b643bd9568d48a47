import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether an Authorization header shows the token, as a bearer token or as the password of a user of whatever name: kubectl sends no
 * bearer tokens where there is no TLS, but does send what stands in the server's URL.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/client-go/tools/clientcmd/client_config.go
 */
export function showsToken(authorization: string | undefined, token: string): boolean {
  const shown = tokenIn(authorization ?? '');
  return shown !== undefined && timingSafeEqual(digest(shown), digest(token));
}

function tokenIn(authorization: string): string | undefined {
  const [scheme = '', credentials = ''] = authorization.split(' ');
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic':
      return Buffer.from(credentials, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '');
    default:
      return undefined;
  }
}

// Of one length, so that the comparison takes the same time whatever was shown.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

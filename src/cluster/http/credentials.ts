import type { Clock } from '../clock.ts';
import type { Connection, TlsOptions } from './connection.ts';

/** What makes the API server take a request for a user's. */
export interface Credentials {
  readonly tls: Pick<TlsOptions, 'cert' | 'key'>;
  readonly authorization: Connection['authorization'];
}

export interface CredentialsOptions {
  readonly server: URL;
  /** How the server is known, which a program that makes credentials may need to reach it itself. */
  readonly tls: TlsOptions;
  readonly clock: Clock;
}

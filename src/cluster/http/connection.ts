/** How an API server is reached and who asks. Made by `loadConnection`. */
export interface Connection {
  /** Where the API server is. A path, if there is one, goes before that of every request. */
  readonly server: URL;
  /** For people: `context "prod" of /home/ada/.kube/config`. */
  readonly description: string;
  readonly tls: TlsOptions;
  /**
   * The value of the Authorization header; undefined if there is none. What is read from a file or got from a program is kept for
   * a while; `fresh` gets it anew, which is for when the server did not accept the last one.
   *
   * @throws ConnectionError
   */
  readonly authorization: (fresh: boolean) => Promise<string | undefined>;
}

/** All in PEM. */
export interface TlsOptions {
  /** Whom to trust; absent: whom the machine trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the server's certificate must be for, where it is not the host's. */
  readonly serverName?: string;
  /** Trust whoever answers. */
  readonly insecure?: boolean;
}

/** There is no telling how to reach the cluster. The message is a sentence for people, naming the file and the field. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

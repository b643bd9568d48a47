/** Where a server listens. */
export interface ListenAddress {
  /** Absent: every address of this machine. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

/**
 * Reads `:8080`, `127.0.0.1:8080`, `localhost:0` or `[::1]:9090`.
 *
 * @throws RangeError with a message for people
 */
export function parseListenAddress(text: string): ListenAddress {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(colon, 0));
  const digits = text.slice(colon + 1);
  if (colon < 0) {
    throw new RangeError(`"${text}" has no port: write HOST:PORT or :PORT, for example :8080`);
  }
  if (!/^\d{1,5}$/.test(digits) || Number(digits) > 65_535) {
    throw new RangeError(`"${text}" has no valid port: it is a number from 0 to 65535`);
  }
  const port = Number(digits);
  return host === '' ? { port } : { host: parseHost(host, text), port };
}

function parseHost(host: string, text: string): string {
  const bracketed = /^\[([\da-f:.%\w]+)\]$/i.exec(host)?.[1];
  if (bracketed?.includes(':') === true) {
    return bracketed;
  }
  if (host.includes(':')) {
    throw new RangeError(`"${text}" is ambiguous: put an IPv6 address in brackets, for example [::1]:8080`);
  }
  if (!/^[\w.-]+$/.test(host)) {
    throw new RangeError(
      `"${text}" has no valid host: it is a name or an address, without http:// and without a path`,
    );
  }
  return host;
}

/** Writes what {@link parseListenAddress} reads. */
export function formatListenAddress({ host = '', port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

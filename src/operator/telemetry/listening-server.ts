import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from './listen-address.ts';

/**
 * Has a server listen until the signal aborts; then every connection is closed at once.
 *
 * @returns where it listens, with the port that was chosen if none was asked for
 * @throws the listener's own error (EADDRINUSE, EACCES, …) if the address cannot be had
 */
export async function listenUntilAborted(
  server: Server,
  address: ListenAddress,
  signal: AbortSignal,
): Promise<ListenAddress & { readonly host: string }> {
  await listen(server, address);
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  const { address: host, port } = server.address() as AddressInfo;
  return { host, port };
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

import { isIPv4 } from 'node:net';
import type { ListenAddress } from '../../operator/telemetry/listen-address.ts';

/** Whether only this machine can reach a server that listens there; in a pod, that is whoever may forward its ports. */
export function isLoopback({ host }: ListenAddress): boolean {
  if (host === undefined) return false;
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Whether a request was made to this machine by one of its own names. A browser that was led here by a foreign name (DNS rebinding) would
 * give what it reads to the foreign page.
 *
 * @param header the request's Host
 */
export function isLocalHost(header: string | undefined): boolean {
  const match = /^(?:\[([\da-f:]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(header ?? '');
  const host = (match?.[1] ?? match?.[2])?.toLowerCase();
  return host !== undefined && isLoopback({ host, port: 0 });
}

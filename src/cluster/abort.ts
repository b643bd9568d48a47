import { setMaxListeners } from 'node:events';

/**
 * Calls back once when the signal aborts, unless the returned function is called before. One signal ends all that a program has under
 * way, so any number may wait for it, which Node would otherwise take for a leak and warn of.
 *
 * @param signal not aborted yet
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', callback, { once: true });
  return () => {
    signal.removeEventListener('abort', callback);
  };
}

import { setFlagsFromString } from 'node:v8';

/**
 * Has garbage collected when the heap has grown by half since the last time, and not when it has grown several times over: what is
 * kept is small, what is read and thrown away is much, and a pod pays for the most that it ever took. What that costs and what it saves
 * is in docs/performance.md.
 *
 * @see https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

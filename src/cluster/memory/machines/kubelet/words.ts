import type { ObjectMeta } from '../../../../kubernetes/objects.ts';

/** What a kubelet says of a container that it will start again in a while. @param wait milliseconds */
export function crashLoopMessage(wait: number, container: string, pod: ObjectMeta): string {
  const name = `${pod.name}_${pod.namespace ?? ''}(${pod.uid ?? ''})`;
  return `back-off ${duration(wait)} restarting failed container=${container} pod=${name}`;
}

/** What a container runtime says of an image that no registry has. */
export function missingImageMessage(image: string): string {
  return `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
}

/** As Go writes it: `1m20s`. */
function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

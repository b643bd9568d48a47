import type { RawObject } from '../../src/cluster/memory/api/types.ts';
import { DRIVER_LABEL } from '../../src/contract/keys.ts';
import { lookUp } from '../../src/kubernetes/objects.ts';

interface PodSpec {
  readonly containers?: readonly { readonly image?: string }[];
}

/** Which image each driver pod runs. */
export class DriverImages {
  readonly #images = new Map<string, string>();

  /** @param pod undefined: it is gone */
  note(uid: string, pod: RawObject | undefined): void {
    if (pod === undefined) this.#images.delete(uid);
    else if (lookUp(pod.metadata.labels, DRIVER_LABEL) !== undefined)
      this.#images.set(uid, (pod['spec'] as PodSpec | undefined)?.containers?.[0]?.image ?? '');
  }

  /** Whether a driver pod is of a version: a tag that begins with it and goes on with an OS, or a digest. */
  isOf(uid: string, version: string): boolean {
    const image = this.#images.get(uid) ?? '';
    return image.endsWith(`@${version}`) || image.includes(`:${version}-ubuntu`);
  }
}

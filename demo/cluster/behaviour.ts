import type { RawObject } from '../../src/cluster/memory/api/types.ts';
import type { BehaviourOf, PodBehaviour } from '../../src/cluster/memory/machines/index.ts';
import { DRIVER_LABEL } from '../../src/contract/keys.ts';
import { lookUp } from '../../src/kubernetes/objects.ts';
import { Random } from '../../src/cluster/memory/random.ts';

/** Until a driver's image is there and it is loaded, in seconds of the cluster's time. */
export const DRIVER_SECONDS = 30;
const PULL_SHARE = 0.25;

const SECOND = 1000;
/** A pod that takes this long to be of use again makes its budget felt. */
const DATABASE_START = 35 * SECOND;

/** Which driver images no registry has yet. */
export class MissingImages {
  readonly #missing: Set<string>;

  constructor(...images: readonly string[]) {
    this.#missing = new Set(images);
  }

  publish(image: string): void {
    this.#missing.delete(image);
  }

  has(image: string): boolean {
    return this.#missing.has(image);
  }
}

interface PodSpec {
  readonly containers?: readonly { readonly image?: string; readonly command?: readonly string[] }[];
}

/** How long pods take, each a little different from others; and which of them have no image. */
export function behaviourOf(missing: MissingImages, seed: number): BehaviourOf {
  return (pod) => {
    // Asked for again and again, a pod's times are the same each time.
    const random = new Random(`${seed}/${pod.metadata.uid ?? ''}`);
    const about = (time: number): number => time * (0.85 + 0.3 * random.next());
    if (lookUp(pod.metadata.labels, DRIVER_LABEL) !== undefined) return driver(pod, missing, about);
    const seconds = sleepSeconds(pod);
    if (seconds !== undefined) return { run: { time: seconds * SECOND, exitCode: 0 }, stopTime: SECOND };
    const isDatabase = lookUp(pod.metadata.labels, 'app') === 'database';
    return { startTime: about(isDatabase ? DATABASE_START : 2 * SECOND), stopTime: about(4 * SECOND) };
  };
}

function driver(pod: RawObject, missing: MissingImages, about: (time: number) => number): PodBehaviour {
  const image = specOf(pod).containers?.[0]?.image ?? '';
  return {
    pullTime: about(DRIVER_SECONDS * PULL_SHARE * SECOND),
    startTime: about(DRIVER_SECONDS * (1 - PULL_SHARE) * SECOND),
    stopTime: about(3 * SECOND),
    ...(missing.has(image) ? { failure: 'image-missing' } : {}),
  };
}

/** A container that sleeps runs for as long as it says. */
function sleepSeconds(pod: RawObject): number | undefined {
  const [program, seconds] = specOf(pod).containers?.[0]?.command ?? [];
  return program === 'sleep' && seconds !== undefined ? Number(seconds) : undefined;
}

function specOf(pod: RawObject): PodSpec {
  return pod['spec'] ?? {};
}

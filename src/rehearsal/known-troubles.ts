import type { RawObject } from '../cluster/memory/api/types.ts';
import { DRIVER_LABEL, SAFE_LOAD_ANNOTATION } from '../contract/keys.ts';
import type { PodFailure } from '../cluster/memory/machines/index.ts';
import { lookUp } from '../kubernetes/objects.ts';
import { driverPods, type StoredDriverPod } from '../operator/resources/driver-pods.ts';
import type { DriverFailure } from '../upgrade/view.ts';
import { driverImageOf, type RawPodObject, type Snapshot } from './snapshot.ts';

/** What is known of drivers that cannot come up: images that are nowhere, and what fails in the cluster already. */
export class KnownTroubles {
  readonly #byImage = new Map<string, PodFailure>();
  readonly #byNode = new Map<string, PodFailure>();
  readonly #hanging = new Set<string>();

  constructor({ pods, nodes, now }: Pick<Snapshot, 'pods' | 'nodes' | 'now'>, missing: Iterable<string>) {
    const loadingSafely = new Set(nodes.filter(isMarked).map(({ metadata }) => metadata.name));
    const drivers = pods
      .filter(({ metadata }) => lookUp(metadata.labels, DRIVER_LABEL) !== undefined)
      .map((pod) => ({ pod, image: driverImageOf(pod), ...driverPods.trim(pod) }));
    for (const driver of drivers) {
      const { nodeName = '' } = driver;
      if (driver.failure !== undefined) this.#note(driver.image, nodeName, FAILURES[driver.failure.kind]);
      else if (waitsInInit(driver) && isOld(driver.pod, now) && !loadingSafely.has(nodeName))
        this.#hanging.add(nodeName);
    }
    // An image that works on some nodes fails for something that is the matter with the others.
    for (const { image, ready } of drivers) if (ready) this.#byImage.delete(image);
    for (const image of missing) this.#byImage.set(image, 'image-missing');
  }

  #note(image: string, node: string, failure: PodFailure): void {
    this.#byImage.set(image, failure);
    this.#byNode.set(`${node} ${image}`, failure);
  }

  failure(image: string, node: string): PodFailure | undefined {
    return this.#byNode.get(`${node} ${image}`) ?? this.#byImage.get(image);
  }

  /** The init container of the node's driver does not end. */
  hangs(node: string): boolean {
    return this.#hanging.has(node);
  }
}

function waitsInInit({ waitsFor }: StoredDriverPod): boolean {
  return waitsFor?.kind === 'init';
}

/** How long an init container may take that only reads whether it is to wait, in milliseconds. */
const INIT_TIME = 60_000;

function isOld({ metadata }: RawPodObject, now: number): boolean {
  return now - Date.parse(metadata.creationTimestamp ?? '') > INIT_TIME;
}

/** A driver waits there for its node to be emptied, as it should. */
function isMarked({ metadata: { annotations } }: RawObject): boolean {
  return lookUp(annotations, SAFE_LOAD_ANNOTATION) !== undefined;
}

const FAILURES: Readonly<Record<DriverFailure['kind'], PodFailure>> = {
  'image-pull': 'image-missing',
  'crash-loop': 'crash-loop',
  'init-failed': 'init-fails',
  config: 'never-ready',
  'pod-failed': 'crash-loop',
};

import { createHash } from 'node:crypto';
import type { Clock } from '../../cluster/clock.ts';
import { DRIVER_LABEL } from '../../contract/keys.ts';
import { lookUp, type ObjectRef } from '../../kubernetes/objects.ts';
import { selects } from '../nodes/node-views.ts';
import { controllerRevisions, daemonSets } from '../resources/daemonsets.ts';
import { driverPods } from '../resources/driver-pods.ts';
import { nodes } from '../resources/nodes.ts';
import { aRawDriverPod, aRawRevision } from './builders.ts';
import type { ObjectStore, RawObject, StoreChange } from './object-store.ts';

/** How long things take, in milliseconds. */
export interface Delays {
  /** A driver, until it is Ready. */
  readonly driverStart: number;
  readonly driverStop: number;
  readonly podStop: number;
}

const CONTROLLER_DELAY = 10;

/**
 * What else is at work in a cluster, as far as an upgrade depends on it: the DaemonSet controller, which makes revisions and pods, and
 * the kubelets, which bring pods up and take them down.
 */
export class Machines {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #delays: Delays;
  #podsMade = 0;

  constructor(store: ObjectStore, clock: Clock, delays: Delays) {
    this.#store = store;
    this.#clock = clock;
    this.#delays = delays;
    store.listen((change) => {
      this.#heard(change);
    });
  }

  #heard({ plural, before, after }: StoreChange): void {
    if (plural === daemonSets.plural) {
      if (before?.metadata.generation !== after?.metadata.generation) this.#later(after);
    } else if (plural === driverPods.plural) {
      if (after === undefined) this.#later();
      else if (isStopping(after) && !isStopping(before)) this.#stop(after);
    }
  }

  /** The DaemonSet controller takes note of a change, or of a pod that is missing. */
  #later(changed?: RawObject): void {
    this.#clock.after(CONTROLLER_DELAY, () => {
      if (changed !== undefined) this.#takeIn(changed.metadata);
      for (const daemonSet of this.#store.all(daemonSets)) this.#fill(daemonSet);
    });
  }

  /** The revision is made before the generation is reported as observed. */
  #takeIn(ref: ObjectRef): void {
    const daemonSet = this.#store.get(daemonSets, ref);
    if (daemonSet === undefined) return;
    const { uid = '', generation } = daemonSet.metadata;
    this.#store.put(controllerRevisions, aRawRevision(uid, generation ?? 0, hashOf(daemonSet)));
    const desired = this.#nodesOf(daemonSet).length;
    this.#store.put(daemonSets, {
      ...daemonSet,
      status: { observedGeneration: generation, desiredNumberScheduled: desired },
    });
  }

  #fill(daemonSet: RawObject): void {
    for (const node of this.#nodesOf(daemonSet)) {
      const pods = this.#store.all(driverPods, { fieldSelector: `spec.nodeName=${node}` });
      if (!pods.some(({ metadata }) => lookUp(metadata.labels, DRIVER_LABEL) !== undefined))
        this.#start(daemonSet, node);
    }
  }

  #start(daemonSet: RawObject, node: string): void {
    this.#podsMade += 1;
    const name = `${daemonSet.metadata.name}-${this.#podsMade}`;
    const spec = { name, node, owner: daemonSet.metadata.uid ?? '', revision: hashOf(daemonSet) };
    this.#store.put(driverPods, aRawDriverPod({ ...spec, ready: false }));
    this.#clock.after(this.#delays.driverStart, () => {
      const pod = aRawDriverPod(spec);
      if (this.#store.get(driverPods, pod.metadata)?.metadata.deletionTimestamp === undefined)
        this.#store.put(driverPods, pod);
    });
  }

  #stop({ metadata }: RawObject): void {
    const isDriver = lookUp(metadata.labels, DRIVER_LABEL) !== undefined;
    this.#clock.after(isDriver ? this.#delays.driverStop : this.#delays.podStop, () => {
      this.#store.remove(driverPods, metadata);
    });
  }

  #nodesOf(daemonSet: RawObject): readonly string[] {
    const stored = daemonSets.trim(daemonSet);
    return this.#store
      .all(nodes)
      .filter(({ metadata }) => selects(stored, metadata.labels ?? {}))
      .map(({ metadata }) => metadata.name);
  }
}

/** The revision of the pods that a DaemonSet makes now. */
function hashOf(daemonSet: RawObject): string {
  return createHash('sha256').update(JSON.stringify(daemonSet['spec'])).digest('hex').slice(0, 10);
}

function isStopping(pod: RawObject | undefined): boolean {
  return pod?.metadata.deletionTimestamp !== undefined;
}

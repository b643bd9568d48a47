import type { Change } from '../../cluster/informer.ts';
import type { StoredDriverPod } from '../resources/driver-pods.ts';

/** The driver pods by node, kept up with every change of one. */
export class DriverPodIndex {
  readonly #byNode = new Map<string, Map<string, StoredDriverPod>>();
  /** UIDs of pods whose deletion the API server has accepted, until they are gone. */
  readonly #deleted = new Set<string>();

  /** Takes a change in; the names of the nodes that it concerns. */
  apply({ before, after }: Change<StoredDriverPod>): readonly string[] {
    const nodes = new Set<string>();
    if (before?.nodeName !== undefined) {
      this.#remove(before.nodeName, before.uid);
      nodes.add(before.nodeName);
    }
    if (before !== undefined && before.uid !== after?.uid) this.#deleted.delete(before.uid);
    if (after?.nodeName !== undefined) {
      this.#add(after.nodeName, after);
      nodes.add(after.nodeName);
    }
    return [...nodes];
  }

  on(node: string): readonly StoredDriverPod[] {
    const pods = this.#byNode.get(node);
    if (pods === undefined) return [];
    return [...pods.values()].map((pod) =>
      this.#deleted.has(pod.uid) ? { ...pod, terminating: true } : pod,
    );
  }

  /** The API server has accepted the pod's deletion: it terminates, whether or not the watch has said so yet. */
  noteDeletion(node: string, uid: string): void {
    if (this.#byNode.get(node)?.has(uid) === true) this.#deleted.add(uid);
  }

  #add(node: string, pod: StoredDriverPod): void {
    const pods = this.#byNode.get(node);
    if (pods === undefined) this.#byNode.set(node, new Map([[pod.uid, pod]]));
    else pods.set(pod.uid, pod);
  }

  #remove(node: string, uid: string): void {
    const pods = this.#byNode.get(node);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(node);
  }
}

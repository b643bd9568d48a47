import { keyOf } from '../../../object-cache.ts';
import type { Pod } from '../objects.ts';
import { NodeLoad } from './node-load.ts';

/** The loads of all nodes, ordered by how many pods they carry, so that a place for a pod is found without looking at all of them. */
export class NodeLoads {
  readonly #loads = new Map<string, NodeLoad>();
  /** The nodes that exist, by the number of their pods; of as many, the one that has had them longest first. */
  readonly #bySize: Set<NodeLoad>[] = [];
  readonly #nodes = new Set<string>();
  /** Where each pod is, by key. */
  readonly #places = new Map<string, NodeLoad>();

  /** From now on, pods may be put on this node. */
  addNode(name: string): void {
    if (this.#nodes.has(name)) return;
    this.#nodes.add(name);
    this.#file(this.of(name));
  }

  /** What was bound to a node that is gone may still be there; what has been promised to it is not. */
  removeNode(name: string): void {
    this.#nodes.delete(name);
    const load = this.#loads.get(name);
    if (load !== undefined) this.#bySize[load.size]?.delete(load);
  }

  of(name: string): NodeLoad {
    let load = this.#loads.get(name);
    if (load === undefined) this.#loads.set(name, (load = new NodeLoad(name)));
    return load;
  }

  /** The node on which a pod is, or is about to be. */
  placeOf(key: string): string | undefined {
    return this.#places.get(key)?.node;
  }

  put(pod: Pod, node: string): void {
    const key = keyOf(pod.metadata);
    const load = this.of(node);
    if (this.#places.get(key) !== load) this.remove(key);
    this.#places.set(key, load);
    this.#change(load, () => {
      load.set(pod);
    });
  }

  remove(key: string): void {
    const load = this.#places.get(key);
    if (load === undefined) return;
    this.#places.delete(key);
    this.#change(load, () => {
      load.delete(key);
    });
  }

  /** All nodes that exist, those with the fewest pods first. Not to be used any more once a pod was put or removed. */
  *byLoad(): Generator<NodeLoad> {
    for (const loads of this.#bySize) yield* loads;
  }

  #change(load: NodeLoad, change: () => void): void {
    const before = load.size;
    change();
    if (load.size === before || !this.#nodes.has(load.node)) return;
    this.#bySize[before]?.delete(load);
    this.#file(load);
  }

  #file(load: NodeLoad): void {
    while (this.#bySize.length <= load.size) this.#bySize.push(new Set());
    this.#bySize[load.size]?.add(load);
  }
}

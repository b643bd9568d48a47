import type { Changes } from '../changes.ts';
import type { NodeObject } from '../objects.ts';
import { NODES } from '../resources.ts';

/** All nodes, in the order in which they came. */
export class NodeIndex {
  readonly #nodes = new Map<string, NodeObject>();

  constructor(changes: Changes) {
    changes.of<NodeObject>(NODES, ({ before, after }) => {
      if (after !== undefined) this.#nodes.set(after.metadata.name, after);
      else this.#nodes.delete(before.metadata.name);
    });
  }

  get(name: string): NodeObject | undefined {
    return this.#nodes.get(name);
  }

  get names(): Iterable<string> {
    return this.#nodes.keys();
  }

  get size(): number {
    return this.#nodes.size;
  }
}

import type { Change } from '../../cluster/informer.ts';
import { poolKey, poolOf, type Pool } from '../../driver/index.ts';
import type { StoredNode } from '../resources/nodes.ts';

/** The driver pools that have nodes, kept up with every change of a node. */
export class PoolIndex {
  readonly #pools = new Map<string, { readonly pool: Pool; nodes: number }>();

  /** Takes a change in; whether a pool has come or gone by it. */
  apply({ before, after }: Change<StoredNode>): boolean {
    const from = poolOfNode(before);
    const to = poolOfNode(after);
    if (from !== undefined && to !== undefined && poolKey(from) === poolKey(to)) return false;
    const came = to !== undefined && this.#add(to);
    const went = from !== undefined && this.#remove(from);
    return came || went;
  }

  values(): readonly Pool[] {
    return [...this.#pools.values()].map(({ pool }) => pool);
  }

  #add(pool: Pool): boolean {
    const entry = this.#pools.get(poolKey(pool));
    if (entry !== undefined) {
      entry.nodes += 1;
      return false;
    }
    this.#pools.set(poolKey(pool), { pool, nodes: 1 });
    return true;
  }

  #remove(pool: Pool): boolean {
    const key = poolKey(pool);
    const entry = this.#pools.get(key);
    if (entry === undefined) return false;
    entry.nodes -= 1;
    if (entry.nodes > 0) return false;
    this.#pools.delete(key);
    return true;
  }
}

function poolOfNode(node: StoredNode | undefined): Pool | undefined {
  const found = poolOf(node?.labels);
  return found !== undefined && 'pool' in found ? found.pool : undefined;
}

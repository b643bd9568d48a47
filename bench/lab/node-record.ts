import type { ObservedEvent, SeenNode } from '../../src/invariants/seen.ts';
import { Tally, type Statistics } from '../../src/invariants/statistics.ts';

/** What is read of the watch of the nodes; see `Feed`. */
export interface NodeEvents {
  readonly events: readonly ObservedEvent[];
  readonly latest: ReadonlyMap<string, ObservedEvent['object']>;
}

/** What happens to the nodes from one moment on, as anybody sees it who watches them. */
export class NodeRecord {
  readonly #source: NodeEvents;
  readonly #limit: { readonly maxParallelUpgrades: number };
  readonly #known: Map<string, SeenNode>;
  readonly #tally = new Tally();
  #next: number;

  /** @param parallel how many nodes may be in progress, which is how many slots there are; 0: no limit, and no slots */
  constructor(source: NodeEvents, parallel: number) {
    this.#source = source;
    this.#limit = { maxParallelUpgrades: parallel };
    this.#next = source.events.length;
    this.#known = new Map([...source.latest].filter(isNode));
  }

  /** The figures so far. */
  statistics(): Statistics {
    const { events } = this.#source;
    for (; this.#next < events.length; this.#next += 1) this.#take(events[this.#next]!);
    return this.#tally.statistics(Date.now());
  }

  #take({ rv, time, type, object }: ObservedEvent): void {
    if (object.kind !== 'Node') return;
    const before = this.#known.get(object.uid);
    const after = type === 'gone' ? undefined : object;
    if (after === undefined) this.#known.delete(object.uid);
    else this.#known.set(object.uid, after);
    this.#tally.node({ rv, time, before, after }, this.#limit);
  }
}

function isNode(entry: [string, ObservedEvent['object']]): entry is [string, SeenNode] {
  return entry[1].kind === 'Node';
}

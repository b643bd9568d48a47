import type { FleetSnapshot, ShownNode } from './fleet.ts';

/** A node that has the new driver, in `zone-a`, with two pods. */
export function shownNode(name: string, change: Partial<ShownNode> = {}): ShownNode {
  return {
    ...{ name, zone: 'zone-a', state: 'upgrade-done', driver: 'new' },
    ...{ cordoned: false, held: false, skipped: false },
    ...{ pods: 2, leaving: 0, jobs: 0, reason: undefined },
    ...change,
  };
}

/** So many nodes in three zones, of which the first ones differ as told. */
export function fleet(count: number, changes: readonly Partial<ShownNode>[] = []): FleetSnapshot {
  const digits = String(count - 1).length;
  const nodes = Array.from({ length: count }, (_, index) =>
    shownNode(`node-${String(index).padStart(digits, '0')}`, {
      zone: `zone-${'abc'[Math.floor((index * 3) / count)] ?? ''}`,
      ...changes[index],
    }),
  );
  return { nodes, evicted: 0, waits: [] };
}

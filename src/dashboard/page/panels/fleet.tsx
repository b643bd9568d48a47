import { useEffect, useRef, useState } from 'preact/hooks';
import { isFiltered, matches, type Filter } from '../fleet/filter.ts';
import type { FleetStore } from '../fleet/store.ts';
import { number } from '../format.ts';
import type { FleetGrid, Grouping } from '../grid/fleet-grid.ts';
import { useFleet } from '../hooks.ts';
import { Filters, Letters } from './filters.tsx';

interface FleetProps {
  readonly store: FleetStore;
  readonly grid: FleetGrid;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

/** All nodes, and what is shown of them. */
export function Fleet({ store, grid, filter, onFilter }: FleetProps) {
  const host = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<Grouping>();
  useFleet(store);
  const grouping = chosen ?? (store.zones.of('') < store.size ? 'zone' : 'pool');
  useEffect(() => {
    host.current?.append(grid.element);
  }, [grid]);
  useEffect(() => {
    grid.group(grouping);
  }, [grid, grouping]);
  return (
    <section class="card fleet" aria-labelledby="fleet">
      <div class="card-head">
        <h2 id="fleet">Fleet</h2>
        <Shown store={store} filter={filter} />
        <span class="spring" />
        <Letters />
      </div>
      <Filters store={store} filter={filter} onFilter={onFilter} grouping={grouping} onGroup={setChosen} />
      <div ref={host} />
    </section>
  );
}

function Shown({ store, filter }: { readonly store: FleetStore; readonly filter: Filter }) {
  if (!isFiltered(filter)) return null;
  let shown = 0;
  for (const record of store.nodes) if (matches(filter, record)) shown += 1;
  return (
    <p class="hint" role="status">
      {number(shown)} of {number(store.size)} shown
    </p>
  );
}

import { Gantt } from '../charts/gantt.tsx';
import { ProgressChart } from '../charts/progress-chart.tsx';
import type { Filter } from '../fleet/filter.ts';
import { LETTERS } from '../fleet/kind.ts';
import type { FleetStore } from '../fleet/store.ts';
import { clock } from '../format.ts';
import { useFleet } from '../hooks.ts';

interface TimelineProps {
  readonly store: FleetStore;
  readonly filter: Filter;
  readonly onOpen: (node: string) => void;
}

/** How the rollout went so far: as a whole, and node by node. */
export function Timeline(props: TimelineProps) {
  return (
    <section class="card timeline" aria-labelledby="timeline">
      <div class="card-head">
        <h2 id="timeline">Timeline</h2>
        <Since store={props.store} />
        <span class="spring" />
        <p class="letters">
          {LETTERS.map(({ state, glyph, phase }) => (
            <span key={state}>
              <i class={`phase s-${state}`}>{glyph}</i> {phase.toLowerCase()}
            </span>
          ))}
        </p>
      </div>
      <ProgressChart store={props.store} />
      <Gantt {...props} />
    </section>
  );
}

/** What was before this operator led, nobody remembers. */
function Since({ store }: { readonly store: FleetStore }) {
  useFleet(store);
  const { startedAt } = store.rollout;
  if (store.seenSince === 0 || startedAt === undefined || startedAt >= store.seenSince) return null;
  return (
    <p class="hint">
      Since {clock(store.seenSince, store.now())}, when this operator began to lead; earlier phases are not
      known.
    </p>
  );
}
